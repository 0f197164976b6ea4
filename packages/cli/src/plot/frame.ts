import * as Plot from "@observablehq/plot";
import { fitText, type Ticks, textWidth } from "./scales.js";
import { element, serialize, svgDocument } from "./svg.js";
import { fontFamily, type Theme } from "./theme.js";

/** An entry of the legend, drawn as its mark looks in the picture. */
export interface LegendItem {
  label: string;
  kind: "line" | "dashed" | "band" | "dot";
  color: string;
  opacity?: number;
  width?: number;
}

export interface FrameOptions {
  theme: Theme;
  width: number;
  height: number;
  title: string;
  subtitle?: string | undefined;
  legend?: LegendItem[];
  /** Draws what lies under the legend, in a box of this size. */
  body(width: number, height: number): Element | Element[];
}

const margin = 22;
export const sizes = { title: 19, text: 13, small: 12 };

/** A picture with title, subtitle and legend above its body, as an SVG document. */
export function frame(options: FrameOptions): string {
  const { theme, width, height } = options;
  const inner = width - 2 * margin;
  const parts: Element[] = [element("rect", { width, height, fill: theme.background })];
  let y = 36;
  parts.push(
    element(
      "text",
      { x: margin, y, "font-size": sizes.title, fill: theme.ink },
      fitText(options.title, sizes.title, inner),
    ),
  );
  for (const line of wrap(options.subtitle ?? "", sizes.text, inner)) {
    y += 21;
    parts.push(element("text", { x: margin, y, "font-size": sizes.text, fill: theme.muted }, line));
  }
  if (options.legend && options.legend.length > 0) {
    const { node, height: used } = legend(options.legend, theme, inner);
    node.setAttribute("transform", `translate(${margin},${y + 16})`);
    parts.push(node);
    y += 16 + used;
  }
  y += 10;
  const body = options.body(width, height - y);
  for (const node of Array.isArray(body) ? body : [body]) {
    parts.push(element("g", { transform: `translate(0,${y})` }, node));
  }
  return serialize(
    element(
      "svg",
      {
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        "font-family": `'${fontFamily}', system-ui, sans-serif`,
        role: "img",
        "aria-label": options.title,
      },
      ...parts,
    ),
  );
}

/** Breaks a text at spaces (between Chinese characters also without) into at most three lines. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(/[\u2E80-\uFFFF][，。；：、）”]?|[^\s\u2E80-\uFFFF]+\s*|\s+/g) ?? []) {
    if (line !== "" && textWidth((line + piece).trimEnd(), size) > width) {
      lines.push(line.trim());
      line = "";
    }
    line += piece;
  }
  if (line.trim() !== "") lines.push(line.trim());
  if (lines.length <= 3) return lines;
  return [...lines.slice(0, 2), fitText(lines.slice(2).join(" "), size, width)];
}

function legend(
  items: readonly LegendItem[],
  theme: Theme,
  width: number,
): { node: Element; height: number } {
  const node = element("g", { "font-size": sizes.text, fill: theme.ink });
  const widths = items.map((item) => 34 + textWidth(item.label, sizes.text) + 18);
  const rows = balancedRows(widths, width);
  let i = 0;
  for (const [row, length] of rows.entries()) {
    let x = 0;
    for (const end = i + length; i < end; i++) {
      const item = items[i]!;
      const y = 20 * row;
      node.append(legendMark(item, x, y + 8), element("text", { x: x + 32, y: y + 12.5 }, item.label));
      x += widths[i]!;
    }
  }
  return { node, height: 20 * Math.max(0, rows.length - 1) + 18 };
}

/** How many items stand in each row: as few rows as fit, and of those the most even, so that none is left with one. */
function balancedRows(widths: readonly number[], width: number): number[] {
  const fill = (limit: number) => {
    const rows: number[] = [];
    let used = Number.POSITIVE_INFINITY;
    for (const needed of widths) {
      if (used + needed > limit) {
        rows.push(0);
        used = 0;
      }
      rows[rows.length - 1]!++;
      used += needed;
    }
    return rows;
  };
  const fewest = fill(width);
  const total = widths.reduce((sum, needed) => sum + needed, 0);
  for (let limit = total / fewest.length; limit < width; limit += 8) {
    const rows = fill(limit);
    if (rows.length === fewest.length) return rows;
  }
  return fewest;
}

function legendMark(item: LegendItem, x: number, y: number): Element {
  if (item.kind === "band") {
    return element("rect", {
      x,
      y: y - 6,
      width: 25,
      height: 12,
      rx: 2,
      fill: item.color,
      "fill-opacity": item.opacity ?? 0.2,
    });
  }
  if (item.kind === "dot") return element("circle", { cx: x + 12, cy: y, r: 3.5, fill: item.color });
  return element("line", {
    x1: x,
    x2: x + 25,
    y1: y,
    y2: y,
    stroke: item.color,
    "stroke-width": item.width ?? 2,
    "stroke-dasharray": item.kind === "dashed" ? "5,3.5" : undefined,
    "stroke-opacity": item.opacity,
  });
}

export interface ChartOptions {
  theme: Theme;
  width: number;
  height: number;
  x: Ticks;
  y: Ticks;
  xLabel?: string | undefined;
  yLabel?: string | undefined;
  marginRight?: number;
  marks: Plot.Markish[];
}

/** The margins of a chart's plotting area, for labels that are placed by hand. */
export function chartMargins(options: Pick<ChartOptions, "y" | "xLabel" | "yLabel" | "x" | "marginRight">) {
  const widest = Math.max(...options.y.labels.map((label) => textWidth(label, sizes.small)));
  const twoLines = options.x.labels.some((label) => label.includes("\n"));
  return {
    left: margin + widest + 8,
    right: options.marginRight ?? margin,
    top: options.yLabel === undefined ? 10 : 28,
    bottom: 26 + (twoLines ? 15 : 0) + (options.xLabel === undefined ? 0 : 20),
  };
}

/** Axes, a thin horizontal grid and the marks, by Observable Plot. */
export function chart(options: ChartOptions): Element {
  const { theme, width, height, x, y } = options;
  const margins = chartMargins(options);
  const svg = Plot.plot({
    document: svgDocument,
    width,
    height,
    marginLeft: margins.left,
    marginRight: margins.right,
    marginTop: margins.top,
    marginBottom: margins.bottom,
    x: { type: "linear", domain: x.domain, axis: null },
    y: { type: "linear", domain: y.domain, axis: null },
    marks: [
      Plot.gridY(y.values, { stroke: theme.grid, strokeOpacity: 1 }),
      Plot.axisY(y.values, {
        tickSize: 0,
        tickPadding: 7,
        label: null,
        fill: theme.muted,
        fontSize: sizes.small,
        fontVariant: "normal",
        text: y.labels,
      }),
      Plot.axisX(x.values, {
        tickSize: 4,
        tickPadding: 5,
        label: null,
        color: theme.muted,
        stroke: theme.muted,
        fontSize: sizes.small,
        fontVariant: "normal",
        text: x.labels,
        lineHeight: 1.25,
      }),
      Plot.ruleY([y.domain[0]], { stroke: theme.muted, strokeWidth: 0.8 }),
      ...options.marks,
    ],
  });
  const group = element("g", { "font-size": sizes.small, fill: theme.ink, "text-anchor": "middle" });
  group.append(...Array.from(svg.children));
  if (options.yLabel !== undefined) {
    group.append(
      element(
        "text",
        { x: margin, y: 14, "text-anchor": "start", fill: theme.muted, "font-size": sizes.small },
        options.yLabel,
      ),
    );
  }
  if (options.xLabel !== undefined) {
    const center = (margins.left + width - margins.right) / 2;
    group.append(
      element(
        "text",
        { x: center, y: height - 8, fill: theme.muted, "font-size": sizes.small },
        options.xLabel,
      ),
    );
  }
  return group;
}

/** A text at the right end of a line. */
export interface EndLabel {
  text: string;
  value: number;
  color: string;
}

/** Labels beside the ends of lines, moved apart so that none covers another. */
export function endLabels(labels: readonly EndLabel[], options: ChartOptions): Element {
  const margins = chartMargins(options);
  const [low, high] = options.y.domain;
  const inside = options.height - margins.top - margins.bottom;
  const gap = sizes.small + 2;
  const placed = labels
    .map((label) => ({ ...label, y: margins.top + ((high - label.value) / (high - low)) * inside }))
    .sort((a, b) => a.y - b.y);
  for (let round = 0; round < 40; round++) {
    for (let i = 1; i < placed.length; i++) {
      const [above, below] = [placed[i - 1]!, placed[i]!];
      const overlap = gap - (below.y - above.y);
      if (overlap <= 0) continue;
      above.y -= overlap / 2;
      below.y += overlap / 2;
    }
    const last = placed.at(-1);
    if (placed[0]) placed[0].y = Math.max(placed[0].y, margins.top);
    if (last) last.y = Math.min(last.y, options.height - margins.bottom);
  }
  const x = options.width - margins.right + 7;
  return element(
    "g",
    { "font-size": sizes.small },
    ...placed.map(({ text, y, color }) =>
      element(
        "text",
        { x, y: y + sizes.small * 0.36, fill: color },
        fitText(text, sizes.small, margins.right - 12),
      ),
    ),
  );
}
