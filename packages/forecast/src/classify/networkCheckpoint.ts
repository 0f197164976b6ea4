import { FormatError, loadSafetensors, saveSafetensors, type Tensor, tensor } from "@lookback/core";
import { z } from "zod";
import { parseJson } from "../trainingRun.js";
import type { NetworkConfig } from "./networkOptions.js";
import { type NetworkSizes, seededClassifierNetwork } from "./networks.js";
import type { TrainedNetwork } from "./networkTraining.js";
import type { Sequence } from "./sequences.js";

/** Where the training of an ensemble stands: the members done, and how far the next one is. */
export interface EnsembleProgress {
  readonly done: readonly TrainedNetwork[];
  readonly current: { readonly bytes: Uint8Array; readonly epoch: number };
}

const schema = z.object({
  format: z.literal("lookback-classifier-checkpoint"),
  version: z.literal(1),
  fingerprint: z.string(),
  reasons: z.array(z.enum(["done", "early", "diverged"])),
  epoch: z.number().int().min(0),
  bytes: z.number().int().min(0),
});

/** Everything that is needed to go on with the bits that would have come without an interruption. */
export function writeCheckpoint(fingerprint: string, { done, current }: EnsembleProgress): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [index, { network }] of done.entries()) {
    for (const [key, value] of Object.entries(network.stateDict())) tensors[`done.${index}.${key}`] = value;
  }
  const padded = new Uint8Array(Math.ceil(current.bytes.length / 4) * 4);
  padded.set(current.bytes);
  tensors.current = tensor(new Int32Array(padded.buffer));
  const state: z.infer<typeof schema> = {
    format: "lookback-classifier-checkpoint",
    version: 1,
    fingerprint,
    reasons: done.map(({ reason }) => reason),
    epoch: current.epoch,
    bytes: current.bytes.length,
  };
  return saveSafetensors(tensors, { lookback: JSON.stringify(state) });
}

/** Reads what {@link writeCheckpoint} wrote. @throws FormatError for another file, other data or other options. */
export function readCheckpoint(
  bytes: Uint8Array,
  fingerprint: string,
  sizes: NetworkSizes,
): EnsembleProgress {
  const { tensors, metadata } = loadSafetensors(bytes, "the checkpoint");
  const parsed = schema.safeParse(parseJson(metadata.lookback));
  if (!parsed.success || !tensors.current) {
    throw new FormatError("The checkpoint is not one of a classifier's training. Train anew without resume.");
  }
  const state = parsed.data;
  if (state.fingerprint !== fingerprint) {
    throw new FormatError(
      "The checkpoint belongs to other data or other options. Resume with the same ones, or train anew without resume.",
    );
  }
  const done = state.reasons.map((reason, index): TrainedNetwork => {
    const network = seededClassifierNetwork(sizes, 0);
    const prefix = `done.${index}.`;
    const own = Object.entries(tensors).filter(([key]) => key.startsWith(prefix));
    network.loadStateDict(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
    network.eval();
    return { network, reason };
  });
  const words = tensors.current.toTypedArray();
  return {
    done,
    current: { bytes: new Uint8Array(words.buffer, words.byteOffset, state.bytes), epoch: state.epoch },
  };
}

/** A short text that differs when the options, a label or any bit of a value does (FNV-1a, 32 bits). */
export function fingerprintOf(
  config: NetworkConfig,
  sequences: readonly Sequence[],
  labels: readonly string[],
): string {
  let hash = 0x811c9dc5;
  const add = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  };
  add(new TextEncoder().encode(JSON.stringify([config, labels])));
  for (const sequence of sequences) {
    for (const line of sequence) add(new Uint8Array(line.slice().buffer));
  }
  return `${sequences.length}-${hash.toString(16)}`;
}
