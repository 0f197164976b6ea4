import { decodeBase64, encodeBase64 } from "../engine/base64.js";
import { defaultGenerator } from "../engine/random.js";
import { FormatError } from "../errors.js";
import type { Module, StateDict } from "../nn/module.js";
import type { Optimizer, OptimizerState } from "../optim/optimizer.js";
import type { Tensor } from "../tensor/tensor.js";
import { loadSafetensors, saveSafetensors } from "./safetensors.js";

/** Where a training run stands, apart from weights and optimizer state. All of it is plain JSON. */
export interface RunState {
  /** Epochs finished. */
  epoch: number;
  /** Batches finished of the epoch after those. */
  batch: number;
  /** Sum of the losses of those batches. */
  lossSum: number;
  history: { loss: number[]; validationLoss: number[] };
  /** Early stopping: the best validation loss so far, its epoch, and how many epochs passed since. */
  best: { loss: number; epoch: number; waited: number } | null;
}

interface Saved extends RunState {
  format: "lookback-checkpoint";
  version: 1;
  /** State of the random generator now, and at the start of the current epoch (its shuffling is replayed). */
  generator: string;
  epochGenerator: string;
  optimizer: { steps: Record<string, number>; paramGroups: unknown[] };
  scheduler: unknown;
}

/** What a scheduler has to offer for its place to be kept. */
export interface HasState {
  stateDict(): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each scheduler has a state of its own
  loadStateDict(state: any): void;
}

// biome-ignore lint/suspicious/noExplicitAny: any optimizer will do
type AnyOptimizer = Optimizer<any>;

/** Everything that a run needs to go on with the very bits it would have had. One safetensors file. */
export function saveCheckpoint(
  model: Module,
  optimizer: AnyOptimizer,
  scheduler: HasState | undefined,
  run: RunState,
  epochGenerator: Uint8Array,
  bestWeights: StateDict | null,
): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [key, value] of Object.entries(model.stateDict())) tensors[`model.${key}`] = value;
  for (const [key, value] of Object.entries(bestWeights ?? {})) tensors[`best.${key}`] = value;
  const { state, paramGroups } = optimizer.stateDict();
  const steps: Record<string, number> = {};
  for (const [index, own] of Object.entries(state)) {
    steps[index] = own.step;
    for (const [name, value] of Object.entries(own.arrays)) tensors[`optimizer.${index}.${name}`] = value;
  }
  const saved: Saved = {
    format: "lookback-checkpoint",
    version: 1,
    ...run,
    generator: encodeBase64(defaultGenerator.getState()),
    epochGenerator: encodeBase64(epochGenerator),
    optimizer: { steps, paramGroups },
    scheduler: scheduler?.stateDict() ?? null,
  };
  return saveSafetensors(tensors, { lookback: JSON.stringify(saved, keepInfinity) });
}

/** Puts a saved run back into `model`, `optimizer`, `scheduler` and the default generator. */
export function loadCheckpoint(
  bytes: Uint8Array,
  model: Module,
  optimizer: AnyOptimizer,
  scheduler: HasState | undefined,
): { run: RunState; epochGenerator: Uint8Array; bestWeights: StateDict | null } {
  const { tensors, metadata } = loadSafetensors(bytes, "The checkpoint");
  const saved = parseSaved(metadata.lookback);
  const part = (prefix: string) =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]),
    );
  const state: OptimizerState<object>["state"] = {};
  for (const [index, step] of Object.entries(saved.optimizer.steps)) {
    state[Number(index)] = { step, arrays: part(`optimizer.${index}.`) };
  }
  model.loadStateDict(part("model."));
  optimizer.loadStateDict({ state, paramGroups: saved.optimizer.paramGroups } as OptimizerState<{
    lr: number;
  }>);
  if (scheduler && saved.scheduler !== null) scheduler.loadStateDict(saved.scheduler);
  defaultGenerator.setState(decodeBase64(saved.generator));
  const best = part("best.");
  const { epoch, batch, lossSum, history } = saved;
  return {
    run: { epoch, batch, lossSum, history, best: saved.best },
    epochGenerator: decodeBase64(saved.epochGenerator),
    bestWeights: Object.keys(best).length > 0 ? best : null,
  };
}

function parseSaved(text: string | undefined): Saved {
  let saved: Partial<Saved> | null = null;
  try {
    saved = JSON.parse(text ?? "null", reviveInfinity);
  } catch {
    // Told below: not a checkpoint.
  }
  if (saved?.format !== "lookback-checkpoint" || saved.version !== 1) {
    throw new FormatError(
      "The checkpoint is not one of a training run by this version of Lookback. Pass the bytes that fit() gave to checkpoint.save.",
    );
  }
  return saved as Saved;
}

// JSON has no infinity, and a best loss may still be one.
const keepInfinity = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value;
const reviveInfinity = (_: string, value: unknown) =>
  value !== null && typeof value === "object" && "$number" in value ? Number(value.$number) : value;
