import type { EngineInfo } from "@lookback/core";
import type { ClassificationScores, CrossValidation, LabelledSequences, Sequence } from "@lookback/forecast";

/** Everything that a run of `lookback classify` found out: what the terminal, JSON, CSV, pictures and report show. */
export interface ClassifyRun {
  /** The files as the user named them. */
  file: string;
  testFile: string | null;
  /** The command that does the same again. */
  command: string;
  made: Date;
  train: Labelled;
  test: Labelled | null;
  settings: {
    seed: number;
    forced: string | null;
    ensemble: number | null;
    epochs: number | null;
    augment: boolean;
  };
  /** Cross-validation on the training part. */
  validation: { models: CrossValidation[]; skipped: Skipped[] };
  model: { name: string; parameters: number; bytes: Uint8Array };
  judged: Judged;
  /** What the model looked at in a few sequences. */
  looks: Look[];
  /** Sentences that a reader should know, in English. */
  notes: string[];
  engine: EngineInfo;
  versions: Record<string, string>;
  seconds: number;
}

/** A model that was not cross-validated. */
export interface Skipped {
  name: string;
  /** In English. */
  why: string;
  /** How long it would have taken, where that is the reason. */
  seconds: number | null;
}

/** Labelled sequences with a name for each. */
export interface Labelled extends LabelledSequences {
  readonly ids: readonly string[];
}

/** How the model did on sequences that it had not seen: the test file, or every part of the training file in turn. */
export interface Judged {
  readonly from: "test" | "cross-validation";
  readonly classes: readonly string[];
  readonly rows: readonly JudgedRow[];
  readonly scores: ClassificationScores;
  /** The baselines on the same sequences. */
  readonly beside: readonly { readonly name: string; readonly scores: ClassificationScores }[];
}

export interface JudgedRow {
  readonly id: string;
  readonly actual: string;
  readonly predicted: string;
  readonly probabilities: Float64Array;
}

/** Where in a sequence the model found what speaks for a class. */
export interface Look {
  readonly id: string;
  readonly actual: string;
  readonly predicted: string;
  readonly sequence: Sequence;
  /** One number for each step: above 0 speaks for the predicted class. */
  readonly map: Float64Array;
  readonly kind: "activation" | "occlusion";
}
