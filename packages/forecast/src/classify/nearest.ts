import { DataError, tensor } from "@lookback/core";
import { z } from "zod";
import { type FitOptions, throwIfAborted } from "../forecaster.js";
import { type Classifier, type ClassifyOptions, classifierNotFitted, mostLikely } from "./classifier.js";
import {
  type ClassifierFile,
  classesSchema,
  damaged,
  readDescription,
  readFloats,
  standardisationSchema,
  writeClassifier,
} from "./fileParts.js";
import { checkOptions } from "./options.js";
import { pauser } from "./pause.js";
import {
  checkSequences,
  checkTraining,
  fitStandardisation,
  prepare,
  type Standardisation,
} from "./preparation.js";
import { lengthOf, type Sequence } from "./sequences.js";
import { resampled, type Steps, squaredDistance, stepsOf, warpingBound, warpingDistance } from "./warping.js";

const optionsSchema = z.strictObject({
  /** Step by step, or with time stretched and squeezed to fit. */
  distance: z.enum(["euclidean", "dtw"]).default("dtw"),
  /** How far time may be warped, as a share of the longer sequence. 1: as far as it takes. */
  window: z.number().min(0).max(1).default(1),
});

/** What a {@link NearestNeighbor} accepts; all of it optional. */
export type NearestNeighborOptions = z.input<typeof optionsSchema>;

interface State {
  readonly classes: readonly string[];
  readonly standardisation: Standardisation;
  readonly channels: number;
  /** Steps of the longest training sequence, to which others are resampled for the Euclidean distance. */
  readonly longest: number;
  readonly examples: readonly Steps[];
  readonly targets: Int32Array;
}

/**
 * The class of the nearest training sequence (the first of several as near), with probability 1: the baseline that
 * every other classifier is measured against. Distances are of the values as they are, as in the literature: channels
 * are not brought to one scale. Missing values are interpolated. Distances: `dtw`, dynamic time warping of all channels together (see {@link warpingDistance}), or
 * `euclidean`, for which sequences of other lengths are resampled to that of the longest.
 * Source: Bagnall et al., "The great time series classification bake off", DMKD 31 (2017).
 *
 * @example
 * const nearest = new NearestNeighbor({ distance: "dtw", window: 0.1 });
 * await nearest.fit(sequences, labels);
 */
export class NearestNeighbor implements Classifier {
  private readonly config: z.output<typeof optionsSchema>;
  private state: State | undefined;

  /** @throws ArgumentError for an unknown option or one out of range. */
  constructor(options: NearestNeighborOptions = {}) {
    this.config = checkOptions("nearest", optionsSchema, options, {
      distance: '"euclidean" or "dtw"',
      window: "a share from 0 to 1",
    });
  }

  get name(): string {
    return `nearest-${this.config.distance}`;
  }

  get classes(): readonly string[] {
    return this.state?.classes ?? [];
  }

  /** Nothing is learned: the training sequences are kept. */
  get parameterCount(): number {
    return 0;
  }

  async fit(
    sequences: readonly Sequence[],
    labels: readonly string[],
    { signal, onProgress }: FitOptions = {},
  ): Promise<void> {
    throwIfAborted(signal, this.name);
    const { classes, targets, channels, longest } = checkTraining(this.name, sequences, labels);
    const standardisation = alike(fitStandardisation("channel", sequences));
    const base = { classes, targets, channels, longest, standardisation };
    const examples = sequences.map((sequence) => this.laidOut(sequence, base));
    this.state = { ...base, examples };
    onProgress?.({ fraction: 1 });
  }

  async predictProba(
    sequences: readonly Sequence[],
    { signal }: ClassifyOptions = {},
  ): Promise<Float64Array[]> {
    if (!this.state) throw classifierNotFitted(this.name);
    const { state } = this;
    checkSequences(this.name, sequences, state.channels);
    const pause = pauser(signal, this.name);
    const rows: Float64Array[] = [];
    for (const sequence of sequences) {
      const nearest = await this.nearestTo(this.laidOut(sequence, state), state, pause);
      rows.push(Float64Array.from(state.classes, (_, c) => (c === state.targets[nearest] ? 1 : 0)));
    }
    return rows;
  }

  async predict(sequences: readonly Sequence[], options?: ClassifyOptions): Promise<string[]> {
    return mostLikely(await this.predictProba(sequences, options), this.classes);
  }

  /** The training sequences as float32 `values`, side by side, with their `lengths` and `targets`. */
  save(): Uint8Array {
    if (!this.state) throw classifierNotFitted(this.name);
    const { classes, standardisation, channels, longest, examples, targets } = this.state;
    const values = new Float32Array(examples.reduce((sum, example) => sum + example.values.length, 0));
    let offset = 0;
    for (const example of examples) {
      values.set(example.values, offset);
      offset += example.values.length;
    }
    const description: z.input<typeof fileSchema> = {
      config: this.config,
      classes: [...classes],
      standardisation: {
        kind: standardisation.kind,
        means: [...standardisation.means],
        scales: [...standardisation.scales],
      },
      channels,
      longest,
      lengths: examples.map(({ length }) => length),
      targets: [...targets],
    };
    return writeClassifier("nearest", description, { values: tensor(values) });
  }

  /** The classifier of a file that {@link save} wrote. @throws FormatError when it contradicts itself. @internal */
  static from(file: ClassifierFile): NearestNeighbor {
    const { config, lengths, targets, ...rest } = readDescription(file, fileSchema);
    const { channels, classes, standardisation } = rest;
    const fits =
      lengths.length === targets.length &&
      targets.every((target) => target < classes.length) &&
      standardisation.means.length === channels &&
      standardisation.scales.length === channels;
    if (!fits) throw damaged(file, "its lengths, targets and channels do not fit each other");
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const values = readFloats(file, "values", [total * channels]);
    let offset = 0;
    const examples = lengths.map((length) => {
      const end = offset + length * channels;
      const example = { values: values.slice(offset, end), length };
      offset = end;
      return example;
    });
    const nearest = new NearestNeighbor(config);
    nearest.state = { ...rest, examples, targets: Int32Array.from(targets) };
    return nearest;
  }

  private laidOut(sequence: Sequence, { standardisation, longest }: Omit<State, "examples">): Steps {
    const prepared = prepare(sequence, standardisation);
    return stepsOf(this.config.distance === "dtw" ? prepared : resampled(prepared, longest));
  }

  private async nearestTo(query: Steps, state: State, pause: () => Promise<void>): Promise<number> {
    const { examples, channels } = state;
    const { distance, window } = this.config;
    let best = 0;
    let limit = Number.POSITIVE_INFINITY;
    const take = (index: number, found: number) => {
      if (found < limit || (found === limit && index < best)) [best, limit] = [index, found];
    };
    if (distance === "euclidean") {
      await pause();
      for (const [i, example] of examples.entries()) take(i, squaredDistance(query, example, limit));
    } else {
      const bounds = examples.map((example) => warpingBound(query, example, channels));
      for (const i of bounds.map((_, i) => i).sort((a, b) => bounds[a]! - bounds[b]! || a - b)) {
        if (bounds[i]! > limit) break;
        const band = Math.ceil(window * Math.max(query.length, examples[i]!.length));
        take(i, warpingDistance(query, examples[i]!, channels, { band, limit }));
        await pause();
      }
    }
    if (limit < Number.POSITIVE_INFINITY) return best;
    throw new DataError(
      `${this.name}: a sequence is too far from all others for their distance to be a number.`,
    );
  }
}

/** One scale for all channels: numbers of a good size, and the same neighbours as without. */
function alike({ kind, means, scales }: Standardisation): Standardisation {
  const scale = Math.hypot(...scales) / Math.sqrt(scales.length);
  return { kind, means, scales: scales.map(() => scale) };
}

/**
 * About how many steps of arithmetic {@link NearestNeighbor} takes with time warping to classify sequences of these
 * lengths: one for each pair of steps, of channels and of sequences. A machine does some hundred million a second.
 */
export function warpingWork(training: readonly Sequence[], queries: readonly Sequence[]): number {
  const steps = (sequences: readonly Sequence[]) => sequences.reduce((sum, one) => sum + lengthOf(one), 0);
  return steps(training) * steps(queries) * (training[0]?.length ?? 0);
}

const count = z.number().int().positive();
const fileSchema = z.object({
  config: optionsSchema,
  classes: classesSchema,
  standardisation: standardisationSchema,
  channels: count,
  longest: count,
  lengths: z.array(count).min(1),
  targets: z.array(z.number().int().min(0)),
});
