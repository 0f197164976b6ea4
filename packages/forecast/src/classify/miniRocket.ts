import type { FitOptions } from "../forecaster.js";
import { softmax } from "./calibrate.js";
import { type Classifier, classifierNotFitted, mostLikely } from "./classifier.js";
import { type MiniRocketState, writeMiniRocket } from "./miniRocketFile.js";
import { fitKernels, KERNELS, type MiniRocketKernels, transformer } from "./miniRocketKernels.js";
import {
  type MiniRocketConfig,
  type MiniRocketOptions,
  miniRocketExpected,
  miniRocketOptionsSchema,
} from "./miniRocketOptions.js";
import { checkOptions } from "./options.js";
import { pauser } from "./pause.js";
import { checkSequences, checkTraining, fitStandardisation, prepare } from "./preparation.js";
import { fitRidge, scoresOf } from "./ridge.js";
import { lengthOf, type Sequence } from "./sequences.js";

/** Numbers in the table of features at most, 1 GB: beyond it, each sequence gets fewer features. */
const MOST_NUMBERS = 2.5e8;

/**
 * MiniRocket (Dempster, Schmidt & Webb 2021): ten thousand features from fixed dilated kernels, each the share of
 * positions at which a kernel of weights −1 and 2 gives more than a bias, and a ridge classifier on them. As fast as
 * it is strong. Several channels and unequal lengths as its authors have them: each kernel adds up a few random
 * channels; dilations follow the longest sequence, and each sequence is read over its own length.
 *
 * Channels are standardised over the training set. Missing values are interpolated within their sequence.
 * Probabilities come from leave-one-out scores (see {@link fitRidge}).
 *
 * @example
 * const model = new MiniRocketClassifier();
 * await model.fit(sequences, labels);
 * await model.predict([newSequence]); // ["gun"]
 */
export class MiniRocketClassifier implements Classifier {
  readonly name = "minirocket";
  private readonly config: MiniRocketConfig;
  private state: MiniRocketState | undefined;

  /** @throws ArgumentError for an unknown option or one out of range (see {@link MiniRocketOptions}). */
  constructor(options: MiniRocketOptions = {}) {
    this.config = checkOptions(this.name, miniRocketOptionsSchema, options, miniRocketExpected);
  }

  /** The classifier of a file. @internal */
  static from(state: MiniRocketState): MiniRocketClassifier {
    const classifier = new MiniRocketClassifier(state.config);
    classifier.state = state;
    return classifier;
  }

  get classes(): readonly string[] {
    return this.state?.classes ?? [];
  }

  get parameterCount(): number {
    const { kernels, linear } = this.state ?? {};
    return (kernels?.biases.length ?? 0) + (linear?.weights.length ?? 0) + (linear?.intercepts.length ?? 0);
  }

  async fit(
    sequences: readonly Sequence[],
    labels: readonly string[],
    options: FitOptions = {},
  ): Promise<void> {
    const pause = pauser(options.signal, this.name);
    await pause();
    this.state = undefined;
    const { classes, targets, channels } = checkTraining(this.name, sequences, labels);
    const standardisation = fitStandardisation("channel", sequences);
    const prepared = sequences.map((sequence) => prepare(sequence, standardisation));
    const { seed } = this.config;
    const features = Math.max(
      KERNELS,
      Math.min(this.config.features, Math.floor(MOST_NUMBERS / sequences.length)),
    );
    const kernels = fitKernels(prepared, { features, seed });
    const table = await transformAll(kernels, channels, prepared, pause, (share) =>
      options.onProgress?.({ fraction: 0.8 * share, note: "making features" }),
    );
    options.onProgress?.({ fraction: 0.8, note: "fitting the ridge classifier" });
    const linear = await fitRidge(
      {
        features: table,
        rows: sequences.length,
        columns: kernels.biases.length,
        targets,
        classes: classes.length,
      },
      { seed, signal: options.signal },
    );
    options.onProgress?.({ fraction: 1 });
    this.state = { config: this.config, classes, standardisation, channels, kernels, linear };
  }

  async predictProba(sequences: readonly Sequence[]): Promise<Float64Array[]> {
    const { standardisation, channels, kernels, linear } = this.fitted();
    checkSequences(this.name, sequences, channels);
    const pause = pauser(undefined, this.name);
    const transform = transformer(kernels, channels, longestOf(sequences));
    const features = new Float32Array(kernels.biases.length);
    const rows: Float64Array[] = [];
    for (const sequence of sequences) {
      await pause();
      transform(prepare(sequence, standardisation), features);
      rows.push(softmax(scoresOf(linear, features), linear.sharpness));
    }
    return rows;
  }

  async predict(sequences: readonly Sequence[]): Promise<string[]> {
    return mostLikely(await this.predictProba(sequences), this.classes);
  }

  save(): Uint8Array {
    return writeMiniRocket(this.fitted());
  }

  private fitted(): MiniRocketState {
    if (!this.state) throw classifierNotFitted(this.name);
    return this.state;
  }
}

const longestOf = (sequences: readonly Sequence[]) =>
  sequences.reduce((most, sequence) => Math.max(most, lengthOf(sequence)), 0);

/** Features of all sequences, [N, P]. */
async function transformAll(
  kernels: MiniRocketKernels,
  channels: number,
  sequences: readonly Float64Array[][],
  pause: () => Promise<void>,
  onShare: (share: number) => void,
): Promise<Float32Array> {
  const columns = kernels.biases.length;
  const transform = transformer(kernels, channels, longestOf(sequences));
  const table = new Float32Array(sequences.length * columns);
  for (const [i, sequence] of sequences.entries()) {
    await pause();
    transform(sequence, table.subarray(i * columns, (i + 1) * columns));
    if (i % 16 === 15) onShare((i + 1) / sequences.length);
  }
  return table;
}
