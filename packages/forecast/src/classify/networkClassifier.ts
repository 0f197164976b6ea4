import { AbortError, noGrad, scope } from "@lookback/core";
import { type FitOptions, throwIfAborted } from "../forecaster.js";
import { softmax } from "./calibrate.js";
import { type Classifier, classifierNotFitted, mostLikely } from "./classifier.js";
import { type ClassifierStream, openStream } from "./classifierStream.js";
import { squeeze } from "./networkBatches.js";
import { fingerprintOf, readCheckpoint, writeCheckpoint } from "./networkCheckpoint.js";
import { type NetworkState, writeNetwork } from "./networkFile.js";
import { batchSizeFor, type NetworkConfig, type NetworkOptions, networkConfig } from "./networkOptions.js";
import { checkSizes, hasFixedLength, type NetworkSizes } from "./networks.js";
import { interruptedTraining, type TrainedNetwork, trainClassifierNetwork } from "./networkTraining.js";
import { padBatch } from "./padding.js";
import { pauser } from "./pause.js";
import { checkSequences, checkTraining, fitStandardisation, prepare } from "./preparation.js";
import type { Sequence } from "./sequences.js";

/** Sequences that go through a network together when it predicts. */
const TOGETHER = 64;

/**
 * A neural network as classifier: the tutorial's CNN (`cnn`, and `cnn-published` with its mistake), Time-CNN, FCN, ResNet, InceptionTime, RNN, LSTM, GRU or
 * LSTM-FCN, trained with Adam on cross-entropy. Several lengths are padded and masked, so that a sequence's
 * probabilities do not depend on what it is padded to. Missing values are interpolated within their sequence; a
 * channel that is missing altogether stands at its mean.
 *
 * `cnn`, `cnn-published`, `time-cnn` and `lstm-fcn` are built for the longest training sequence: shorter ones are
 * padded to it, longer ones squeezed to it by interpolation. `cnn-published` mixes the samples of a batch, so what it
 * says of a sequence depends on the others beside it: that is the published network's mistake.
 *
 * @example
 * const model = new NetworkClassifier({ kind: "fcn" });
 * await model.fit(sequences, labels, { onProgress: ({ epoch, loss }) => console.log(epoch, loss) });
 * const [probabilities] = await model.predictProba([newSequence]);
 */
export class NetworkClassifier implements Classifier {
  private readonly config: NetworkConfig;
  private state: NetworkState | undefined;
  private notes: string[] = [];

  /** @throws ArgumentError for an unknown option or one out of range (see {@link NetworkOptions}). */
  constructor(options: NetworkOptions = {}) {
    this.config = networkConfig(options);
  }

  /** The classifier of a file. @internal */
  static from(state: NetworkState): NetworkClassifier {
    const classifier = new NetworkClassifier(state.config);
    classifier.state = state;
    return classifier;
  }

  get name(): string {
    return this.config.kind;
  }

  get classes(): readonly string[] {
    return this.state?.classes ?? [];
  }

  get parameterCount(): number {
    return (this.state?.members ?? []).reduce((sum, network) => sum + network.parameterCount(), 0);
  }

  /** The options, with what was not given filled in. */
  get options(): NetworkConfig {
    return this.config;
  }

  /** What went wrong without stopping the fit, in sentences. */
  get warnings(): readonly string[] {
    return this.notes;
  }

  /** What it consists of. @internal @throws ArgumentError before `fit`. */
  get fitted(): NetworkState {
    if (!this.state) throw classifierNotFitted(this.name);
    return this.state;
  }

  /**
   * @throws DataError as every classifier does, and for sequences too short for the network's kernels; AbortError when
   * interrupted; FormatError for a foreign checkpoint.
   */
  async fit(
    sequences: readonly Sequence[],
    labels: readonly string[],
    options: FitOptions = {},
  ): Promise<void> {
    throwIfAborted(options.signal, this.name);
    this.state = undefined;
    this.notes = [];
    const { config } = this;
    const { classes, targets, channels, longest } = checkTraining(this.name, sequences, labels);
    const { kind, hidden, layers } = config;
    const batch = batchSizeFor(config);
    const sizes: NetworkSizes = {
      kind,
      channels,
      length: longest,
      classes: classes.length,
      hidden,
      layers,
      batch,
    };
    checkSizes(sizes);
    const standardisation = fitStandardisation(config.standardise, sequences);
    const prepared = sequences.map((sequence) => prepare(sequence, standardisation));
    const examples = { sequences: prepared, targets, steps: hasFixedLength(kind) ? longest : 0 };
    const fingerprint = fingerprintOf(config, sequences, labels);
    const saved = options.resume ? readCheckpoint(options.resume, fingerprint, sizes) : undefined;
    const done: TrainedNetwork[] = [...(saved?.done ?? [])];
    const first = done.length;
    for (let member = first; member < config.ensemble; member++) {
      const trained = await trainClassifierNetwork({
        examples,
        config,
        sizes,
        seed: config.seed + member,
        signal: options.signal,
        resume: member === first ? saved?.current : undefined,
        save: (bytes, epoch) =>
          options.checkpoint?.save(writeCheckpoint(fingerprint, { done, current: { bytes, epoch } })),
        onEpoch: (epoch, epochs, loss) =>
          options.onProgress?.({
            fraction: (member + epoch / epochs) / config.ensemble,
            epoch,
            epochs,
            loss,
          }),
      }).catch((error: unknown) => {
        if (!(error instanceof AbortError)) throw error;
        throw interruptedTraining(this.name, member + 1, config.ensemble, options.checkpoint !== undefined);
      });
      done.push(trained);
    }
    const diverged = done.filter(({ reason }) => reason === "diverged").length;
    if (diverged > 0) {
      this.notes.push(
        `${this.name}: the loss of ${diverged} of ${done.length} networks stopped being a finite number; their last good weights were kept. Try a smaller lr or clip.`,
      );
    }
    this.state = { config, classes, standardisation, sizes, members: done.map(({ network }) => network) };
  }

  async predictProba(sequences: readonly Sequence[]): Promise<Float64Array[]> {
    const { sizes } = this.fitted;
    checkSequences(this.name, sequences, sizes.channels);
    const pause = pauser(undefined, this.name);
    const together = sizes.kind === "cnn-published" ? sizes.batch : TOGETHER;
    const rows: Float64Array[] = [];
    for (let start = 0; start < sequences.length; start += together) {
      await pause();
      rows.push(...this.together(sequences.slice(start, start + together)));
    }
    return rows;
  }

  async predict(sequences: readonly Sequence[]): Promise<string[]> {
    return mostLikely(await this.predictProba(sequences), this.classes);
  }

  /**
   * Classifies a sequence while it comes, with a recurrent network (rnn, lstm, gru).
   *
   * @throws ArgumentError for another network, before `fit`, and with `standardise: "sequence"`, whose means are known
   * at a sequence's end only.
   * @example
   * const stream = model.stream();
   * for (const values of readings) console.log(model.classes, stream.next(values));
   */
  stream(): ClassifierStream {
    return openStream(this.name, this.fitted);
  }

  save(): Uint8Array {
    return writeNetwork(this.fitted);
  }

  /** Probabilities of one batch. */
  private together(sequences: readonly Sequence[]): Float64Array[] {
    const { sizes, members, standardisation } = this.fitted;
    const fixed = hasFixedLength(sizes.kind);
    const prepared = sequences.map((sequence) => {
      const own = prepare(sequence, standardisation);
      return fixed ? squeeze(own, sizes.length) : own;
    });
    // a network that takes a whole batch and nothing less gets the first sequence again
    while (sizes.kind === "cnn-published" && prepared.length < sizes.batch) prepared.push(prepared[0]!);
    const sums = sequences.map(() => new Float64Array(sizes.classes));
    for (const network of members) {
      const logits = scope(() =>
        noGrad(() => {
          const { x, lengths } = padBatch(prepared, fixed ? sizes.length : 0);
          return network.forward(x, lengths).toTypedArray();
        }),
      );
      for (const [i, sum] of sums.entries()) {
        const own = softmax(logits.subarray(i * sizes.classes, (i + 1) * sizes.classes));
        for (const [k, value] of own.entries()) sum[k] = sum[k]! + value / members.length;
      }
    }
    return sums;
  }
}
