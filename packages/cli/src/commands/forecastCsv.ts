import { coverageAt, type ForecastRun } from "../forecastRun.js";
import { plainTime } from "../tableSeries.js";
import { bestBaseline, ownScore } from "../verdict.js";

const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
const number = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) ? String(value) : "";

/** One row for each step of each series. */
export function forecastCsv(run: ForecastRun): string {
  const head = [
    "id",
    "time",
    "mean",
    ...run.settings.levels.flatMap((level) => [`lo${level}`, `hi${level}`]),
  ];
  const lines = run.series.flatMap(({ series, forecast }) =>
    forecast.times.map((time, i) =>
      [
        cell(series.id),
        cell(plainTime(time)),
        forecast.mean[i]!,
        ...forecast.levels.flatMap(({ lo, hi }) => [lo[i]!, hi[i]!]),
      ].join(","),
    ),
  );
  return `${[head.map(cell).join(","), ...lines].join("\n")}\n`;
}

/** One row for each series: how its forecast did in the backtest, or why it was left out. */
export function seriesCsv(run: ForecastRun): string {
  const head =
    "id,model,values,from,to,freq,seasonLength,mase,smape,coverage95,bestBaseline,bestBaselineMase,missing,leftOut";
  const lines = run.series.map((one) => {
    const { id, values, times, freq, seasonLength, filled = [], missing = [] } = one.series;
    const own = ownScore(one);
    const baseline = bestBaseline(one);
    return [
      cell(id),
      one.model,
      values.length,
      plainTime(times[0]!),
      plainTime(times.at(-1)!),
      freq,
      seasonLength,
      number(own?.mase),
      number(own?.smape),
      number(own && coverageAt(own, 95)),
      baseline?.name ?? "",
      number(baseline?.mase),
      filled.length + missing.length,
      "",
    ].join(",");
  });
  const leftOut = run.panel.skipped.map(({ id, reason }) => `${cell(id)}${",".repeat(13)}${cell(reason)}`);
  return `${[head, ...lines, ...leftOut].join("\n")}\n`;
}
