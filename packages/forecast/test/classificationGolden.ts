import { readFileSync } from "node:fs";

/** golden/classification.json: what scikit-learn and the recurrences in golden/classification.py say. */
export const classificationGolden = JSON.parse(
  readFileSync(new URL("../../../golden/classification.json", import.meta.url), "utf8"),
) as {
  scores: {
    name: string;
    classes: string[];
    actual: string[];
    probabilities: number[][];
    accuracy: number;
    balancedAccuracy: number;
    macroF1: number;
    logLoss: number;
    rocAuc: number;
    calibrationError: number;
    confusion: number[][];
  }[];
  dtw: { a: number[][]; b: number[][]; dtw: number }[];
};
