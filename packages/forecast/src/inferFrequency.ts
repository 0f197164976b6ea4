import { addSteps, type Frequency, MONTH_END, stepsBetween } from "./frequency.js";
import { type ClockTime, DAY, dateOf, HOUR, MINUTE, SECOND, weekdayOf } from "./time.js";

/**
 * The frequency of strictly increasing times, or undefined when no step makes up at least half of the steps.
 * Gaps do not matter: the most common step decides. Order of the guesses: months on one anchor (start, end, or
 * the same day), business days, weeks, days, then hours, minutes, seconds, milliseconds.
 *
 * @example inferFrequency([Date.UTC(2020, 0, 31), Date.UTC(2020, 1, 29), Date.UTC(2020, 2, 31)], "calendar") // ME
 */
export function inferFrequency(
  times: ArrayLike<ClockTime>,
  kind: "calendar" | "index",
): Frequency | undefined {
  if (times.length < 2) return undefined;
  const steps = stepsOf(times);
  if (kind === "index") {
    const step = commonest(steps);
    return step === undefined ? undefined : { unit: "index", multiple: step, anchor: 0, phase: 0 };
  }
  const sameTimeOfDay = steps.every((step) => step % DAY === 0);
  if (sameTimeOfDay) {
    const monthly = median(steps) >= 27 * DAY ? inferMonths(times) : undefined;
    if (monthly) return monthly;
    return inferDays(times, steps);
  }
  const step = commonest(steps);
  return step === undefined ? undefined : fixed(step);
}

function inferMonths(times: ArrayLike<ClockTime>): Frequency | undefined {
  const dates = Array.from(times, dateOf);
  const atEnd = dates.every((date) => date.day === date.daysInMonth);
  const anchor = atEnd ? MONTH_END : Math.max(...dates.map((date) => date.day));
  if (!dates.every((date) => date.day === Math.min(anchor, date.daysInMonth))) return undefined;
  const multiple = commonest(stepsOf(dates.map((date) => date.year * 12 + date.month)));
  if (multiple === undefined) return undefined;
  return { unit: "month", multiple, anchor, phase: (dates[0]!.month - 1) % multiple };
}

function inferDays(times: ArrayLike<ClockTime>, steps: readonly number[]): Frequency | undefined {
  const weekdays = Array.from(times, weekdayOf);
  const overWeekends = steps.filter((step, i) => step === 3 * DAY && weekdays[i] === 5).length;
  if (overWeekends > 0 && weekdays.every((day) => day <= 5)) {
    const ones = overWeekends + steps.filter((step) => step === DAY).length;
    if (ones * 2 >= steps.length) return { unit: "B", multiple: 1, anchor: 0, phase: 0 };
  }
  const step = commonest(steps);
  if (step === undefined) return undefined;
  const days = step / DAY;
  if (days % 7 !== 0) return { unit: "D", multiple: days, anchor: 0, phase: 0 };
  const origin = originOf(times, step);
  return { unit: "W", multiple: days / 7, anchor: weekdayOf(times[origin]!), phase: 0 };
}

function fixed(step: number): Frequency {
  for (const [unit, length] of [
    ["h", HOUR],
    ["min", MINUTE],
    ["s", SECOND],
  ] as const) {
    if (step % length === 0) return { unit, multiple: step / length, anchor: 0, phase: 0 };
  }
  return { unit: "ms", multiple: step, anchor: 0, phase: 0 };
}

/** Where strictly increasing times lie on a grid. */
export interface GridFit {
  /** Steps from the first grid point to each time; NaN for a time between grid points. */
  readonly positions: Float64Array;
  /** Indexes of the times that lie between grid points. */
  readonly offGrid: readonly number[];
  /** How many grid points between the first and the last time are not among the times. */
  readonly missing: number;
}

/** Places strictly increasing times on the grid of `freq`. */
export function fitGrid(times: ArrayLike<ClockTime>, freq: Frequency): GridFit {
  const positions = new Float64Array(times.length);
  const offGrid: number[] = [];
  let origin = 0;
  for (let i = 0; i + 1 < times.length; i++) {
    if (addSteps(times[i]!, freq, 1) === times[i + 1]) {
      origin = i;
      break;
    }
  }
  for (let i = 0; i < times.length; i++) {
    const steps = stepsBetween(times[origin]!, times[i]!, freq);
    positions[i] = steps ?? Number.NaN;
    if (steps === undefined) offGrid.push(i);
  }
  const on = positions.filter((position) => !Number.isNaN(position));
  const first = on[0] ?? 0;
  for (let i = 0; i < positions.length; i++) positions[i]! -= first;
  const missing = on.length === 0 ? 0 : on[on.length - 1]! - first + 1 - on.length;
  return { positions, offGrid, missing };
}

/** The steps that occur, commonest first, with how often. */
export function stepCounts(times: ArrayLike<ClockTime>): [step: number, count: number][] {
  const counts = new Map<number, number>();
  for (const step of stepsOf(times)) counts.set(step, (counts.get(step) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

function stepsOf(times: ArrayLike<number>): number[] {
  return Array.from({ length: times.length - 1 }, (_, i) => times[i + 1]! - times[i]!);
}

/** The value that makes up at least half of the list, if there is one; the smaller of two. */
function commonest(steps: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  let best: number | undefined;
  for (const [step, count] of counts) {
    if (count * 2 < steps.length) continue;
    if (best === undefined || step < best) best = step;
  }
  return best;
}

function originOf(times: ArrayLike<number>, step: number): number {
  for (let i = 0; i + 1 < times.length; i++) if (times[i + 1]! - times[i]! === step) return i;
  return 0;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
