import { classifyMessages } from "../classifyMessages.js";
import { frame, sizes, wrap } from "./frame.js";
import { fitText, textWidth } from "./scales.js";
import { element } from "./svg.js";
import { lightTheme, type PlotOptions } from "./theme.js";

export interface ConfusionPicture {
  classes: readonly string[];
  /** `counts[i][j]`: sequences of class i that were taken for class j. */
  counts: readonly (readonly number[])[];
  subtitle?: string | undefined;
}

const margin = 22;
/** A picture is no wider than its cells need, and no narrower than its title. */
const narrowest = 440;
/** Most classes whose cells have room for a number. */
const mostNumbers = 25;

/** The confusion matrix: a row for each true class, shaded by its share of the row. */
export function confusionPlot({ classes, counts, subtitle }: ConfusionPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme } = options;
  const room = options.width ?? 800;
  const text = classifyMessages(lang).plot;
  const n = classes.length;
  const rowLabel = Math.min(150, Math.max(...classes.map((name) => textWidth(name, sizes.text))) + 8);
  const left = margin + 26 + rowLabel;
  const cell = Math.min(n <= 4 ? 96 : 60, Math.floor((room - left - margin) / n));
  const matrix = cell * n;
  const width = Math.min(room, Math.max(narrowest, left + matrix + margin));
  const slanted = classes.some((name) => textWidth(name, sizes.text) > cell - 6);
  const header = slanted ? 74 : 44;
  const size = Math.max(7, Math.min(sizes.text, cell * 0.36));
  const grid = counts.flatMap((row, i) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => {
      const share = all === 0 ? 0 : count / all;
      const [x, y] = [left + j * cell, header + i * cell];
      return element(
        "g",
        {},
        element("rect", {
          x: x + 1,
          y: y + 1,
          width: cell - 2,
          height: cell - 2,
          rx: Math.min(5, cell / 8),
          fill: count === 0 ? theme.grid : i === j ? theme.model : theme.backtest,
          "fill-opacity": count === 0 ? 0.55 : 0.18 + 0.72 * share,
        }),
        ...(n <= mostNumbers && count > 0
          ? [
              element(
                "text",
                {
                  x: x + cell / 2,
                  y: y + cell / 2 + size * 0.36,
                  "text-anchor": "middle",
                  "font-size": size,
                  fill: share > 0.5 ? theme.background : theme.ink,
                },
                String(count),
              ),
            ]
          : []),
      );
    });
  });
  const every = Math.max(1, Math.ceil(13 / cell));
  const labels = classes.flatMap((name, i) =>
    i % every > 0
      ? []
      : [
          element(
            "text",
            {
              x: left - 8,
              y: header + (i + 0.5) * cell + 4.5,
              "text-anchor": "end",
              "font-size": sizes.text,
              fill: theme.ink,
            },
            fitText(name, sizes.text, rowLabel),
          ),
          columnLabel(name, left + (i + 0.5) * cell, header - 8, slanted, theme.ink),
        ],
  );
  const axis = (content: string, attributes: Record<string, string | number>) =>
    element(
      "text",
      { "font-size": sizes.small, fill: theme.muted, "text-anchor": "middle", ...attributes },
      content,
    );
  const middle = header + matrix / 2;
  return frame({
    theme,
    width,
    height: 46 + subtitleHeight(subtitle, width) + header + matrix + margin,
    title: text.confusion,
    subtitle,
    body: () => [
      ...grid,
      ...labels,
      axis(text.said, { x: left + matrix / 2, y: 14 }),
      axis(text.is, { x: margin + 8, y: middle, transform: `rotate(-90 ${margin + 8} ${middle})` }),
    ],
  });
}

/** Room that the frame takes for lines under the title. */
const subtitleHeight = (text = "", width: number) => 21 * wrap(text, sizes.text, width - 2 * margin).length;

/** A label over a column, slanted where not all of them fit. */
function columnLabel(name: string, x: number, y: number, slanted: boolean, fill: string): Element {
  const place = slanted
    ? { "text-anchor": "start", transform: `rotate(-32 ${x} ${y})` }
    : { "text-anchor": "middle" };
  return element(
    "text",
    { x, y, fill, "font-size": sizes.text, ...place },
    slanted ? fitText(name, sizes.text, 84) : name,
  );
}
