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
/** Share of the strongest effect from which on a line is at its thickest. */
const fullShare = 0.7;

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
  const common = lanesOf(
    looks.map(({ sequence }) => sequence),
    channels,
    lang,
  );
  const full = fullShare * Math.max(...looks.map(({ map }) => Math.max(...Array.from(map, Math.abs)))) || 1;
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
          draw(panelWidth, height) {
            const lanes = many ? lanesOf([look.sequence], channels, lang) : common;
            return chart({
              theme,
              width: panelWidth,
              height,
              x: indexTicks(1, lengthOf(look.sequence), 5),
              y: lanes.y,
              xLabel: i >= (rows - 1) * columns ? text.step : undefined,
              marginRight: 22,
              marks: marksOf(look, lanes, full, theme),
            });
          },
        })),
        { theme, width: bodyWidth, columns, panelHeight },
      ),
  });
}

/** @param full the strength that is drawn at its thickest: the same in all panels, so that they can be compared. */
function marksOf({ sequence, map }: Look, lanes: Lanes, full: number, theme: Theme): Plot.Markish[] {
  return lanes.points(sequence).flatMap((points) => [
    Plot.line(points, { x: "x", y: "y", stroke: theme.baseline, strokeWidth: 1.1 }),
    ...coloured(points, map, full).map(({ part, share }) =>
      Plot.line(part, {
        x: "x",
        y: "y",
        stroke: share > 0 ? theme.backtest : theme.model,
        strokeWidth: 1 + 3.4 * Math.abs(share),
        strokeOpacity: Math.min(1, 0.15 + Math.abs(share)),
        strokeLinejoin: "round",
      }),
    ),
  ]);
}

/** The line cut into pieces, each with its share of full strength, −1 to 1; those that hardly matter are left out. */
function coloured(
  points: readonly Point[],
  map: Float64Array,
  full: number,
): { part: Point[]; share: number }[] {
  const length = Math.max(1, Math.ceil((points.length - 1) / pieces));
  const result: { part: Point[]; share: number }[] = [];
  for (let start = 0; start < points.length - 1; start += length) {
    const part = points.slice(start, start + length + 1);
    const strength =
      map.slice(start, start + length + 1).reduce((sum, value) => sum + value, 0) / part.length;
    const share = Math.max(-1, Math.min(1, strength / full));
    if (Math.abs(share) > 0.04) result.push({ part, share });
  }
  return result;
}
