import type { Sequence } from "@lookback/forecast";
import type { Lang } from "../messages.js";
import { sizes } from "./frame.js";
import { fitText, numberTicks, type Ticks } from "./scales.js";
import { element } from "./svg.js";
import type { Theme } from "./theme.js";

/** A small chart with a title, one of several. */
export interface SmallPanel {
  title: string;
  draw(width: number, height: number): Element;
}

const titleHeight = 22;

/** Panels side by side and below each other. */
export function panelGrid(
  panels: readonly SmallPanel[],
  {
    theme,
    width,
    columns,
    panelHeight,
  }: { theme: Theme; width: number; columns: number; panelHeight: number },
): Element[] {
  const panelWidth = width / columns;
  return panels.map((panel, i) => {
    const [x, y] = [(i % columns) * panelWidth, Math.floor(i / columns) * panelHeight];
    return element(
      "g",
      { transform: `translate(${x},${y})` },
      element(
        "text",
        { x: 22, y: 15, "font-size": sizes.text, fill: theme.ink },
        fitText(panel.title, sizes.text, panelWidth - 34),
      ),
      element(
        "g",
        { transform: `translate(0,${titleHeight})` },
        panel.draw(panelWidth, panelHeight - titleHeight),
      ),
    );
  });
}

/** A step of a channel as it is drawn. */
export interface Point {
  x: number;
  y: number;
}

/** At most this many channels of a sequence are drawn. */
export const mostChannels = 6;

/** A channel as points, steps counted from 1. */
export function channelPoints(
  values: ArrayLike<number>,
  place: (value: number) => number = (value) => value,
): Point[] {
  return Array.from(values, (value, t) => ({ x: t + 1, y: place(value) }));
}

/** The smallest and largest value that is not missing. */
export function extent(lines: Iterable<ArrayLike<number>>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    for (let i = 0; i < line.length; i++) {
      if (line[i]! < low) low = line[i]!;
      if (line[i]! > high) high = line[i]!;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** How sequences are drawn: one channel on its scale, several above each other, each stretched to its own lane. */
export interface Lanes {
  y: Ticks;
  points(sequence: Sequence): Point[][];
}

/** One scale for all sequences of one channel; for several channels a lane each, the first on top. */
export function lanesOf(sequences: readonly Sequence[], channels: readonly string[], lang: Lang): Lanes {
  if (channels.length === 1) {
    const [low, high] = extent(sequences.map(([values]) => values!));
    return { y: numberTicks(low, high, 5, lang), points: ([values]) => [channelPoints(values!)] };
  }
  const shown = channels.slice(0, mostChannels);
  const lane = (c: number) => shown.length - 1 - c;
  const extents = shown.map((_, c) => extent(sequences.map((sequence) => sequence[c]!)));
  return {
    y: {
      domain: [0, shown.length],
      values: shown.map((_, c) => lane(c) + 0.5),
      labels: shown.map((name) => fitText(name.replace(/^channel /, ""), sizes.small, 70)),
    },
    points: (sequence) =>
      shown.map((_, c) => {
        const [low, high] = extents[c]!;
        const scale = high > low ? 0.84 / (high - low) : 0;
        return channelPoints(sequence[c]!, (value) => lane(c) + 0.08 + (value - low) * scale);
      }),
  };
}
