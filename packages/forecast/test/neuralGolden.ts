import { readFileSync } from "node:fs";
import type { LossKind, OutputKind } from "../src/outputs.js";

/** Reference numbers made by golden/neural.py. */
export const golden = JSON.parse(
  readFileSync(new URL("../../../golden/neural.json", import.meta.url), "utf8"),
) as {
  losses: { output: OutputKind; loss: LossKind; prediction: number[][]; target: number[][]; value: number }[];
  tcn: {
    channels: number;
    hidden: number;
    layers: number;
    state: Record<string, Nested>;
    x: Nested;
    y: Nested;
  };
};

type Nested = number | Nested[];
