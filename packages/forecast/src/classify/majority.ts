import { z } from "zod";
import { type FitOptions, throwIfAborted } from "../forecaster.js";
import { type Classifier, classifierNotFitted, mostLikely } from "./classifier.js";
import {
  type ClassifierFile,
  classesSchema,
  damaged,
  readDescription,
  writeClassifier,
} from "./fileParts.js";
import { checkSequences, checkTraining } from "./preparation.js";
import type { Sequence } from "./sequences.js";

interface State {
  readonly classes: readonly string[];
  readonly channels: number;
  /** Training sequences of each class. */
  readonly counts: readonly number[];
}

/**
 * Gives every sequence the most frequent class of the training set (the first of several as frequent), and as
 * probabilities the classes' shares of it: what can be had without looking at a sequence.
 */
export class MajorityClass implements Classifier {
  readonly name = "majority";
  private state: State | undefined;

  get classes(): readonly string[] {
    return this.state?.classes ?? [];
  }

  get parameterCount(): number {
    return this.classes.length;
  }

  async fit(
    sequences: readonly Sequence[],
    labels: readonly string[],
    options: FitOptions = {},
  ): Promise<void> {
    throwIfAborted(options.signal, this.name);
    const { classes, targets, channels } = checkTraining(this.name, sequences, labels);
    const counts = classes.map((_, c) => targets.reduce((sum, target) => sum + Number(target === c), 0));
    this.state = { classes, channels, counts };
    options.onProgress?.({ fraction: 1 });
  }

  async predictProba(sequences: readonly Sequence[]): Promise<Float64Array[]> {
    if (!this.state) throw classifierNotFitted(this.name);
    const { channels, counts } = this.state;
    checkSequences(this.name, sequences, channels);
    const all = counts.reduce((sum, count) => sum + count, 0);
    return sequences.map(() => Float64Array.from(counts, (count) => count / all));
  }

  async predict(sequences: readonly Sequence[]): Promise<string[]> {
    return mostLikely(await this.predictProba(sequences), this.classes);
  }

  save(): Uint8Array {
    if (!this.state) throw classifierNotFitted(this.name);
    const { classes, channels, counts } = this.state;
    const description: z.input<typeof fileSchema> = { classes: [...classes], channels, counts: [...counts] };
    return writeClassifier(this.name, description, {});
  }

  /** The classifier of a file that {@link save} wrote. @throws FormatError when it contradicts itself. @internal */
  static from(file: ClassifierFile): MajorityClass {
    const state = readDescription(file, fileSchema);
    if (state.counts.length !== state.classes.length)
      throw damaged(file, "it has not one count for each class");
    const majority = new MajorityClass();
    majority.state = state;
    return majority;
  }
}

const fileSchema = z.object({
  classes: classesSchema,
  channels: z.number().int().positive(),
  counts: z.array(z.number().int().positive()),
});
