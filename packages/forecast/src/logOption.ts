import { ArgumentError } from "@lookback/core";
import { suitsLog } from "./boxCox.js";

/** The option of methods that may look at a series in logarithms. */
export interface LogOption {
  /** "auto" (the default) takes them when all values are above 0 and none is tiny beside its neighbours. */
  readonly log?: boolean | "auto";
}

/** The option with its default. @throws ArgumentError for another value or another option. */
export function checkLogOption(name: string, { log = "auto", ...rest }: LogOption): boolean | "auto" {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new ArgumentError(`${name}: there is no option "${unknown}"; the only one is log.`);
  }
  if (log === true || log === false || log === "auto") return log;
  throw new ArgumentError(`${name}: log must be true, false or "auto", got ${String(log)}.`);
}

/** Values on the scale that the option asks for, and the way back, to be spread into a `NormalForecast`. */
export function logarithms(values: Float64Array, log: boolean | "auto") {
  const logs = log === "auto" ? suitsLog(values) : log;
  if (!logs) return { z: values, back: {} };
  return { z: values.map(Math.log), back: { back: Math.exp } };
}
