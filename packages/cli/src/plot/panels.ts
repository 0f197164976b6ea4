import * as Plot from "@observablehq/plot";
import { sizes } from "./frame.js";
import type { Ticks } from "./scales.js";
import { element, svgDocument } from "./svg.js";
import type { Theme } from "./theme.js";

interface Panel {
  title: string;
  draw(width: number, height: number): Element;
}

const titleHeight = 26;

/** Drawings side by side in rows, each under its title. */
export function panels(
  list: readonly Panel[],
  columns: number,
  width: number,
  height: number,
  theme: Theme,
): Element[] {
  const rows = Math.ceil(list.length / columns);
  const [w, h] = [width / columns, height / rows];
  return list.map(({ title, draw }, i) =>
    element(
      "g",
      { transform: `translate(${(i % columns) * w},${Math.floor(i / columns) * h})` },
      element("text", { x: 22, y: 16, "font-size": sizes.text, fill: theme.ink }, title),
      element("g", { transform: `translate(0,${titleHeight})` }, draw(w, h - titleHeight)),
    ),
  );
}

/** 10^`power` for an axis: in full near 1, as 1e-12 far from it. */
function powerLabel(power: number): string {
  return power > 4 || power < -3 ? `1e${power}` : (10 ** power).toFixed(Math.max(0, -power));
}

/** An axis of logarithms to the base 10, with a label at whole powers; at most about `count` of them. */
export function powerTicks(values: readonly number[], count: number): Ticks {
  const finite = values.filter(Number.isFinite);
  const low = Math.floor(Math.min(...finite));
  const high = Math.max(low + 1, Math.ceil(Math.max(...finite)));
  const every = [1, 2, 5, 10, 20].find((step) => (high - low) / step <= count) ?? 50;
  const from = Math.floor(low / every) * every;
  const powers: number[] = [];
  for (let power = from; power < high + every; power += every) powers.push(power);
  return { domain: [from, powers.at(-1)!], values: powers, labels: powers.map(powerLabel) };
}

/** Positions with names on an axis, with half a place of room at both ends. */
export function namedTicks(names: readonly string[]): Ticks {
  return { domain: [-0.5, names.length - 0.5], values: names.map((_, i) => i), labels: [...names] };
}

/** Points of a line from values at 1, 2, 3 … */
export function pointsOf(
  values: ArrayLike<number>,
  map: (value: number) => number = (v) => v,
): { x: number; y: number }[] {
  return Array.from(values, (value, i) => ({ x: i + 1, y: map(value) })).filter(({ y }) =>
    Number.isFinite(y),
  );
}

/** Marks on plain coordinates, y growing downwards as in a table, without axes. */
export function sheet(width: number, height: number, marks: Plot.Markish[]): Element {
  const svg = Plot.plot({
    document: svgDocument,
    width,
    height,
    margin: 0,
    x: { type: "linear", domain: [0, width], range: [0, width], axis: null },
    y: { type: "linear", domain: [0, height], range: [0, height], axis: null },
    marks,
  });
  const group = element("g", { "font-size": sizes.small, "text-anchor": "middle" });
  group.append(...Array.from(svg.children));
  return group;
}

/** A rectangle with a text in its middle, on a sheet. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  text?: string;
  fill?: string;
  fillOpacity?: number;
  stroke?: string;
  ink?: string;
}

export function boxes(list: readonly Box[], theme: Theme, fontSize: number = sizes.small): Plot.Markish[] {
  const written = list.filter((box) => box.text !== undefined);
  return [
    Plot.rect(list, {
      x1: "x",
      x2: (box: Box) => box.x + box.width,
      y1: "y",
      y2: (box: Box) => box.y + box.height,
      fill: (box: Box) => box.fill ?? "none",
      fillOpacity: (box: Box) => box.fillOpacity ?? 1,
      stroke: (box: Box) => box.stroke ?? "none",
    }),
    Plot.text(written, {
      x: (box: Box) => box.x + box.width / 2,
      y: (box: Box) => box.y + box.height / 2,
      text: "text",
      fill: (box: Box) => box.ink ?? theme.ink,
      fontSize,
    }),
  ];
}
