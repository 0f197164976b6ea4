import { noGrad, scope, tensor } from "@lookback/core";
import { type Units, windowValues, writeWindow } from "./encoding.js";
import { extendFrame, type Frame } from "./frame.js";
import { type Layout, rowSizes } from "./layout.js";
import type { SequenceNetwork } from "./network.js";
import type { Output } from "./outputs.js";
import type { FittedTransform } from "./transforms.js";

/** Windows that go through a network at once. */
const AT_ONCE = 1024;

/** An ensemble, and how its windows are written and its outputs read. */
export interface Model {
  /** None: every forecast is the window's level. */
  readonly networks: readonly SequenceNetwork[];
  readonly layout: Layout;
  readonly scaler: FittedTransform;
  readonly output: Output;
}

/** Where a forecast starts: after the first `end` values of a frame. */
export interface Origin {
  readonly frame: Frame;
  readonly end: number;
}

/** A forecast in z, step by step: its middle, and how far a standard deviation (or the window's scale) reaches. */
export interface Ahead {
  readonly center: Float64Array;
  readonly down: Float64Array;
  readonly up: Float64Array;
}

/**
 * What an ensemble forecasts from each origin, `steps` steps: one pass gives as many as the networks have outputs;
 * beyond those, forecasts are taken as if they had come true and the networks read on. Of the members' forecasts the
 * median.
 */
export function forecastAhead(model: Model, origins: readonly Origin[], steps: number): Ahead[] {
  const forecasts = origins.map(() => ({
    center: new Float64Array(steps),
    down: new Float64Array(steps),
    up: new Float64Array(steps),
  }));
  for (let first = 0; first < origins.length; first += AT_ONCE) {
    let current = origins.slice(first, first + AT_ONCE);
    for (let done = 0; done < steps; done += model.layout.outputs) {
      const passes = onePass(model, current);
      for (const [i, { center, down, up }] of passes.entries()) {
        const own = forecasts[first + i]!;
        const take = Math.min(center.length, steps - done);
        own.center.set(center.subarray(0, take), done);
        own.down.set(down.subarray(0, take), done);
        own.up.set(up.subarray(0, take), done);
      }
      if (done + model.layout.outputs >= steps) break;
      current = current.map(({ frame, end }, i) => {
        const { center } = passes[i]!;
        return { frame: extendFrame(frame, end, center), end: end + center.length };
      });
    }
  }
  return forecasts;
}

function onePass({ networks, layout, scaler, output }: Model, origins: readonly Origin[]): Ahead[] {
  const { outputs } = layout;
  const { row } = rowSizes(layout);
  const rows = new Float32Array(origins.length * row);
  const units = origins.map(({ frame, end }, i) => writeWindow(frame, end, layout, scaler, rows, i * row));
  const members = networks.map((network) =>
    scope(() => noGrad(() => network.forward(tensor(rows, { shape: [origins.length, row] })).toTypedArray())),
  );
  return origins.map(({ frame, end }, i) => {
    const own = units[i]!;
    const season = frame.season(end);
    const still = members.length === 0 || (layout.scaled && stands(frame, end, layout));
    const steps = Array.from({ length: outputs }, (_, h) =>
      still
        ? { center: own.level, down: own.scale, up: own.scale }
        : stepOf(members, (i * outputs + h) * output.width, output, scaler, own),
    );
    return {
      center: Float64Array.from(steps, ({ center }, h) => center + season(end + h)),
      down: Float64Array.from(steps, ({ down }) => down),
      up: Float64Array.from(steps, ({ up }) => up),
    };
  });
}

/** Whether nothing moves in a window, so that there is nothing to be said but that it stays. */
function stands(frame: Frame, end: number, layout: Layout): boolean {
  const known = windowValues(frame, end, layout.lookback).filter((value) => !Number.isNaN(value));
  return known.every((value) => Math.abs(value - known[0]!) <= 1e-12 * Math.abs(known[0]!));
}

function stepOf(
  members: readonly ArrayLike<number>[],
  at: number,
  output: Output,
  scaler: FittedTransform,
  { level, scale }: Units,
) {
  const read = members.map((numbers) => output.read(numbers, at));
  const middle = median(read.map(({ center }) => center));
  const down = median(read.map((one) => one.down));
  const up = median(read.map((one) => one.up));
  const [center, below, above] = scaler.invert([middle, middle - down, middle + up]);
  return {
    center: level + scale * center!,
    down: output.spreads ? scale * (center! - below!) : scale,
    up: output.spreads ? scale * (above! - center!) : scale,
  };
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
