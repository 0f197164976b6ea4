import type { LabelledSequences, Sequence } from "@lookback/forecast";
import { lengthOf } from "@lookback/forecast";
import * as Plot from "@observablehq/plot";
import { classifyMessages } from "../classifyMessages.js";
import { chart, frame } from "./frame.js";
import { indexTicks } from "./scales.js";
import { type Lanes, lanesOf, type Point, panelGrid } from "./sequencePanels.js";
import { lightTheme, type PlotOptions, type Theme } from "./theme.js";

/** Classes that get a panel, and sequences that are drawn in one. */
const mostClasses = 12;
const mostSequences = 12;

/** Training sequences of each class: of one channel several and their mean, of several channels one. */
export function classesPlot(
  data: LabelledSequences,
  options: PlotOptions & { subtitle?: string | undefined },
): string {
  const { lang, theme = lightTheme, width = 800 } = options;
  const text = classifyMessages(lang).plot;
  const present = data.classes.filter((name) => data.labels.includes(name));
  const shown = present.slice(0, mostClasses);
  const groups = shown.map((name) => data.sequences.filter((_, i) => data.labels[i] === name));
  const many = data.channels.length > 1;
  const lanes = lanesOf(
    groups.flatMap((group) => group.slice(0, many ? 1 : mostSequences)),
    data.channels,
    lang,
  );
  const longest = Math.max(...groups.flatMap((group) => group.map(lengthOf)));
  const columns = width < 600 ? (many ? 1 : 2) : shown.length === 4 ? 2 : Math.min(3, shown.length);
  const panelHeight = many ? 250 : 190;
  const rows = Math.ceil(shown.length / columns);
  const more = present.length - shown.length;
  const how = many ? text.classesMany : text.classesHow;
  return frame({
    theme,
    width,
    height: 92 + rows * panelHeight + (width < 600 ? 24 : 0),
    title: text.classes,
    subtitle: options.subtitle ?? (more > 0 ? `${how} ${text.more(more)}` : how),
    body: (bodyWidth) =>
      panelGrid(
        shown.map((name, i) => ({
          title: text.classTitle(name, groups[i]!.length),
          draw: (panelWidth, height) =>
            chart({
              theme,
              width: panelWidth,
              height,
              x: indexTicks(1, longest, 4),
              y: lanes.y,
              xLabel: i >= (rows - 1) * columns ? text.step : undefined,
              marginRight: 22,
              marks: many ? oneOf(groups[i]!, lanes, theme) : severalOf(groups[i]!, lanes, theme),
            }),
        })),
        { theme, width: bodyWidth, columns, panelHeight },
      ),
  });
}

const line = (points: Point[], stroke: string, strokeWidth: number, strokeOpacity = 1) =>
  Plot.line(points, { x: "x", y: "y", stroke, strokeWidth, strokeOpacity, strokeLinejoin: "round" });

function oneOf(group: readonly Sequence[], lanes: Lanes, theme: Theme): Plot.Markish[] {
  return lanes.points(group[0]!).map((points) => line(points, theme.model, 1.3));
}

function severalOf(group: readonly Sequence[], lanes: Lanes, theme: Theme): Plot.Markish[] {
  const drawn = group.slice(0, mostSequences);
  const thin = drawn.map((sequence) => line(lanes.points(sequence)[0]!, theme.baseline, 0.9, 0.55));
  return [...thin, line(lanes.points([meanOf(group)])[0]!, theme.model, 2.4)];
}

/** The mean of each step over the sequences that reach it; where less than half do, there is none. */
function meanOf(group: readonly Sequence[]): Float64Array {
  const longest = Math.max(...group.map(lengthOf));
  return Float64Array.from({ length: longest }, (_, t) => {
    const values = group
      .map(([channel]) => channel![t] ?? Number.NaN)
      .filter((value) => !Number.isNaN(value));
    return 2 * values.length < group.length
      ? Number.NaN
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}
