import { lengthOf } from "@lookback/forecast";
import * as Plot from "@observablehq/plot";
import { classifyMessages } from "../classifyMessages.js";
import type { Look } from "../classifyRun.js";
import { chart, frame } from "./frame.js";
import { indexTicks } from "./scales.js";
import { type Lanes, lanesOf, type Point, panelGrid } from "./sequencePanels.js";
import { lightTheme, type PlotOptions, type Theme } from "./theme.js";

/** Pieces that a line is coloured in. */
const pieces = 120;

export interface LooksPicture {
  looks: readonly Look[];
  channels: readonly string[];
  subtitle?: string | undefined;
}

/** Sequences with what the model found in them drawn over them: orange where it speaks for the predicted class, blue against it. */
export function looksPlot({ looks, channels, subtitle }: LooksPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 800 } = options;
  const text = classifyMessages(lang).plot;
  const many = channels.length > 1;
  const lanes = lanesOf(
    looks.map(({ sequence }) => sequence),
    channels,
    lang,
  );
  const columns = width < 600 ? 1 : 2;
  const panelHeight = many ? 260 : 200;
  const rows = Math.ceil(looks.length / columns);
  return frame({
    theme,
    width,
    height: (subtitle === "" ? 92 : 136) + rows * panelHeight,
    title: text.looks,
    subtitle: subtitle ?? text.looksHow(looks[0]!.kind),
    legend: [
      { label: text.speaksFor, kind: "line", color: theme.backtest, width: 4 },
      { label: text.speaksAgainst, kind: "line", color: theme.model, width: 4 },
    ],
    body: (bodyWidth) =>
      panelGrid(
        looks.map((look, i) => ({
          title: text.look(look.id, look.actual, look.predicted),
          draw: (panelWidth, height) =>
            chart({
              theme,
              width: panelWidth,
              height,
              x: indexTicks(1, lengthOf(look.sequence), 5),
              y: lanes.y,
              xLabel: i >= looks.length - columns ? text.step : undefined,
              marginRight: 22,
              marks: marksOf(look, lanes, theme),
            }),
        })),
        { theme, width: bodyWidth, columns, panelHeight },
      ),
  });
}

function marksOf({ sequence, map }: Look, lanes: Lanes, theme: Theme): Plot.Markish[] {
  const strongest = Math.max(...Array.from(map, Math.abs)) || 1;
  return lanes.points(sequence).flatMap((points) => [
    Plot.line(points, { x: "x", y: "y", stroke: theme.baseline, strokeWidth: 1.1 }),
    ...coloured(points, map).map(({ part, strength }) =>
      Plot.line(part, {
        x: "x",
        y: "y",
        stroke: strength > 0 ? theme.backtest : theme.model,
        strokeWidth: 1 + 3.4 * (Math.abs(strength) / strongest),
        strokeOpacity: Math.min(1, 0.15 + Math.abs(strength) / strongest),
        strokeLinejoin: "round",
      }),
    ),
  ]);
}

/** The line cut into pieces, each with the mean of the map over it; those that hardly matter are left out. */
function coloured(points: readonly Point[], map: Float64Array): { part: Point[]; strength: number }[] {
  const length = Math.max(1, Math.ceil((points.length - 1) / pieces));
  const strongest = Math.max(...Array.from(map, Math.abs));
  const result: { part: Point[]; strength: number }[] = [];
  for (let start = 0; start < points.length - 1; start += length) {
    const part = points.slice(start, start + length + 1);
    const strength =
      map.slice(start, start + length + 1).reduce((sum, value) => sum + value, 0) / part.length;
    if (Math.abs(strength) > 0.04 * strongest) result.push({ part, strength });
  }
  return result;
}
