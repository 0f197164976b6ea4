import {
  AbortError,
  FormatError,
  loadSafetensors,
  saveSafetensors,
  type Tensor,
  tensor,
} from "@lookback/core";
import { z } from "zod";
import type { FitOptions } from "./forecaster.js";
import { median } from "./forecasting.js";
import { type SequenceNetwork, seededNetwork } from "./network.js";
import type { NeuralConfig } from "./neuralOptions.js";
import type { Plan } from "./plan.js";
import type { Series } from "./series.js";
import { type Trained, trainNetwork } from "./training.js";

/** Networks that are trained without the held-out values at most: more would tell the errors no better. */
const MOST_JUDGES = 3;

/** The networks that came of a plan. */
export interface RunResult {
  /** Trained without the held-out values; empty when none were held out. */
  readonly head: readonly SequenceNetwork[];
  /** Trained on all values. */
  readonly full: readonly SequenceNetwork[];
  /** How many of all of them ended because their loss was no longer finite. */
  readonly diverged: number;
}

const stateSchema = z.object({
  format: z.literal("lookback-forecaster-checkpoint"),
  version: z.literal(1),
  fingerprint: z.string(),
  done: z.array(z.object({ bestEpoch: z.number().int(), reason: z.enum(["done", "early", "diverged"]) })),
  current: z.object({ epoch: z.number().int(), length: z.number().int() }),
});

/**
 * Trains the ensemble twice: first without the held-out values, to learn when to stop and how far forecasts are off,
 * then on all values for the median of the best epochs.
 */
export async function runPlan(
  plan: Plan,
  config: NeuralConfig,
  series: readonly Series[],
  options: FitOptions,
): Promise<RunResult> {
  const { ensemble } = config;
  const judges = plan.head ? Math.min(ensemble, MOST_JUDGES) : 0;
  const fingerprint = fingerprintOf(config, series);
  const saved = options.resume ? readCheckpoint(options.resume, fingerprint, plan) : undefined;
  const done: Trained[] = saved?.done ?? [];
  const [first, jobs] = [done.length, judges + ensemble];
  for (let job = first; job < jobs; job++) {
    const judging = job < judges;
    const learned = judging ? [] : done.slice(0, judges).map(({ bestEpoch }) => bestEpoch);
    const part = judging ? plan.head! : plan.full;
    const note = judging ? "learning when to stop, without the last values" : "training on all values";
    const stopAfter = learned.length > 0 ? Math.round(median(learned)) : plan.epochs;
    const trained = await trainNetwork(part.train, part.validation, {
      sizes: plan.network,
      output: plan.output,
      seed: config.seed + (judging ? job : job - judges),
      epochs: plan.epochs,
      stopAfter,
      lr: config.lr,
      clip: config.clip,
      patience: config.patience,
      signal: options.signal,
      resume: job === first ? saved?.current : undefined,
      save: (bytes, epoch) => options.checkpoint?.save(writeCheckpoint(fingerprint, done, bytes, epoch)),
      onEpoch: (epoch, loss) =>
        options.onProgress?.({
          fraction: (job + epoch / stopAfter) / jobs,
          epoch,
          epochs: stopAfter,
          loss,
          note,
        }),
    }).catch((error: unknown) => {
      throw error instanceof AbortError ? interrupted(config, job, jobs, options) : error;
    });
    done.push(trained);
  }
  const networks = done.map(({ network }) => network);
  return {
    head: networks.slice(0, judges),
    full: networks.slice(-ensemble),
    diverged: done.filter(({ reason }) => reason === "diverged").length,
  };
}

function interrupted(
  config: NeuralConfig,
  job: number,
  jobs: number,
  { checkpoint }: FitOptions,
): AbortError {
  return new AbortError(
    `${config.cell}: interrupted while training network ${job + 1} of ${jobs}.` +
      (checkpoint ? " A checkpoint was saved; pass it as resume to go on." : ""),
  );
}

/** Everything that is needed to go on with the bits that would have come without an interruption. */
function writeCheckpoint(
  fingerprint: string,
  done: readonly Trained[],
  current: Uint8Array,
  epoch: number,
): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [index, { network }] of done.entries()) {
    for (const [key, value] of Object.entries(network.stateDict())) tensors[`done.${index}.${key}`] = value;
  }
  const padded = new Uint8Array(Math.ceil(current.length / 4) * 4);
  padded.set(current);
  tensors.current = tensor(new Int32Array(padded.buffer));
  const state: z.infer<typeof stateSchema> = {
    format: "lookback-forecaster-checkpoint",
    version: 1,
    fingerprint,
    done: done.map(({ bestEpoch, reason }) => ({ bestEpoch, reason })),
    current: { epoch, length: current.length },
  };
  return saveSafetensors(tensors, { lookback: JSON.stringify(state) });
}

function readCheckpoint(bytes: Uint8Array, fingerprint: string, plan: Plan) {
  const { tensors, metadata } = loadSafetensors(bytes, "the checkpoint");
  const parsed = stateSchema.safeParse(parseJson(metadata.lookback));
  if (!parsed.success || !tensors.current) {
    throw new FormatError("The checkpoint is not one of a forecaster's training. Train anew without resume.");
  }
  const state = parsed.data;
  if (state.fingerprint !== fingerprint) {
    throw new FormatError(
      "The checkpoint belongs to other data or other options. Resume with the same ones, or train anew without resume.",
    );
  }
  const done = state.done.map(({ bestEpoch, reason }, index): Trained => {
    const network = seededNetwork(plan.network, 0);
    const prefix = `done.${index}.`;
    const own = Object.entries(tensors).filter(([key]) => key.startsWith(prefix));
    network.loadStateDict(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
    return { network, bestEpoch, reason };
  });
  const words = tensors.current.toTypedArray();
  const current = new Uint8Array(words.buffer, words.byteOffset, state.current.length);
  return { done, current: { bytes: current, epoch: state.current.epoch } };
}

/** A short text that differs when the options or any bit of the values or covariates do (FNV-1a, 32 bits). */
function fingerprintOf(config: NeuralConfig, series: readonly Series[]): string {
  let [hash, count] = [0x811c9dc5, 0];
  const add = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  };
  const numbers = (values: Float64Array) => add(new Uint8Array(values.slice().buffer));
  add(new TextEncoder().encode(JSON.stringify([config, series.map(({ statics }) => statics ?? {})])));
  for (const { values, past, future } of series) {
    for (const own of [values, ...Object.values(past ?? {}), ...Object.values(future ?? {})]) numbers(own);
    count += values.length;
  }
  return `${count}-${hash.toString(16)}`;
}

/** Parses JSON; undefined when it is none. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
}
