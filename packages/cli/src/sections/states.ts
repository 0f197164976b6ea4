import type { nn } from "@lookback/core";
import { scope, type Tensor } from "@lookback/core";
import { flightsFrom, trainFlights } from "./flights.js";
import { median, type SectionOptions, type Spread, seedsOf, spread, stepper } from "./section.js";

/** How fast one unit's value moves over time. */
export interface Movement {
  /** Mean |v_t − v_{t−1}| in units of the values' standard deviation: 0 stands still, white noise has 1.13. */
  step: number;
  /** Correlation of v_t with v_{t−1}: near 1 is slow, 0 remembers nothing. */
  lag1: number;
}

export interface LayerMovement {
  seed: number;
  layer: number;
  /** Medians over the units. */
  cell: Movement;
  hidden: Movement;
  /** In how many units c moves less than h, by `step`, of how many that move at all. */
  slowerCells: number;
  units: number;
  /** Mean of f over units and time: the share of c that is kept. */
  forget: number;
  input: number;
  output: number;
}

export interface StateNumbers {
  seeds: readonly number[];
  layers: {
    layer: number;
    cellStep: Spread;
    hiddenStep: Spread;
    cellLag1: Spread;
    hiddenLag1: Spread;
    forget: Spread;
    slowerCells: number;
    units: number;
    /** Seeds in which the median c moves less than the median h. */
    slowerSeeds: number;
  }[];
  runs: LayerMovement[];
  /** The passengers themselves, measured in the same way. */
  data: Movement;
  /** Layers of the first seed, over the windows: values [T][H] of c and h, and each gate's mean over units [T]. */
  traces: {
    layer: number;
    cell: number[][];
    hidden: number[][];
    forget: number[];
    input: number[];
    output: number[];
  }[];
  train: number;
}

/** Trains the tutorial's LSTM from several seeds and measures how fast its cell and hidden states move. */
export async function measureStates(options: SectionOptions): Promise<StateNumbers> {
  const seeds = seedsOf(options);
  const flights = flightsFrom(0);
  const step = stepper(options, seeds.length);
  const runs: LayerMovement[] = [];
  let traces: StateNumbers["traces"] = [];
  for (const seed of seeds) {
    const { net } = await trainFlights(flights, "lstm", seed, options.signal);
    scope(() => {
      const layers = (net.recurrent as nn.LSTM).inspect(flights.inputs);
      runs.push(...layers.map((layer) => movementOf(seed, layer)));
      if (seed === seeds[0]) traces = layers.map(traceOf);
    });
    await step();
  }
  return {
    seeds,
    layers: [0, 1].map((layer) => {
      const own = runs.filter((run) => run.layer === layer);
      return {
        layer,
        cellStep: spread(own.map((run) => run.cell.step)),
        hiddenStep: spread(own.map((run) => run.hidden.step)),
        cellLag1: spread(own.map((run) => run.cell.lag1)),
        hiddenLag1: spread(own.map((run) => run.hidden.lag1)),
        forget: spread(own.map((run) => run.forget)),
        slowerCells: own.reduce((sum, run) => sum + run.slowerCells, 0),
        units: own.reduce((sum, run) => sum + run.units, 0),
        slowerSeeds: own.filter((run) => run.cell.step < run.hidden.step).length,
      };
    }),
    runs,
    data: movement(flights.actual)!,
    traces,
    train: flights.train,
  };
}

/** Null where the values (nearly) stand still, so that there is nothing to measure against. */
export function movement(values: ArrayLike<number>): Movement | null {
  const v = Array.from(values);
  const mean = v.reduce((a, b) => a + b, 0) / v.length;
  const squares = v.reduce((sum, a) => sum + (a - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / v.length);
  if (!(deviation > 1e-4)) return null;
  let steps = 0;
  let products = 0;
  for (let t = 1; t < v.length; t++) {
    steps += Math.abs(v[t]! - v[t - 1]!);
    products += (v[t]! - mean) * (v[t - 1]! - mean);
  }
  return { step: steps / (v.length - 1) / deviation, lag1: products / squares };
}

/** The units of [T, 1, H], each over time. */
function units(x: Tensor): number[][] {
  const [steps, , size] = x.shape as [number, number, number];
  const flat = x.toTypedArray();
  return Array.from({ length: size }, (_, u) => Array.from({ length: steps }, (_, t) => flat[t * size + u]!));
}

function movementOf(seed: number, { layer, gates, cell, hidden }: nn.LSTMInspection): LayerMovement {
  const h = units(hidden).map(movement);
  const pairs = units(cell).flatMap((values, u) => {
    const c = movement(values);
    return c && h[u] ? [{ c, h: h[u] }] : [];
  });
  const medians = (pick: "c" | "h"): Movement => ({
    step: median(pairs.map((pair) => pair[pick].step)),
    lag1: median(pairs.map((pair) => pair[pick].lag1)),
  });
  return {
    seed,
    layer,
    cell: medians("c"),
    hidden: medians("h"),
    slowerCells: pairs.filter((pair) => pair.c.step < pair.h.step).length,
    units: pairs.length,
    forget: gates.forget.mean().item(),
    input: gates.input.mean().item(),
    output: gates.output.mean().item(),
  };
}

function traceOf({ layer, gates, cell, hidden }: nn.LSTMInspection): StateNumbers["traces"][number] {
  const overUnits = (gate: Tensor) => Array.from(gate.mean([1, 2]).toTypedArray());
  return {
    layer,
    cell: cell.squeeze(1).toArray<number[][]>(),
    hidden: hidden.squeeze(1).toArray<number[][]>(),
    forget: overUnits(gates.forget),
    input: overUnits(gates.input),
    output: overUnits(gates.output),
  };
}
