// npx tsx bench/accuracy/fcn.ts [--rounds 7] [--epochs 5]        PYTHON=/path/to/python names PyTorch's
// Milliseconds for an epoch of the fully convolutional network (Wang, Yan & Oates 2017) on data of GunPoint's size: 50
// sequences of 150 steps in three batches. Lookback and PyTorch take turns; of each turn the first epoch does not count.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { engineInfo } from "@lookback/core";
import { NetworkClassifier } from "@lookback/forecast";
import { digits, median, ratio, spread, table, withRange } from "../measure.js";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, epochs: { type: "string", default: "5" } },
});
const epochs = Number(flags.epochs) + 1;
const [rows, steps] = [50, 150];
const sequences = Array.from({ length: rows }, (_, n) => [
  Float64Array.from({ length: steps }, (_, t) => Math.sin(0.1 * t * (1 + (n % 2)) + n)),
]);
const labels = sequences.map((_, n) => String(n % 2));

/** Median milliseconds of the epochs after the first. */
async function lookback(): Promise<number> {
  const times: number[] = [];
  let last = 0;
  const model = new NetworkClassifier({ kind: "fcn", epochs });
  await model.fit(sequences, labels, {
    onProgress: () => {
      const now = performance.now();
      if (last > 0) times.push(now - last);
      last = now;
    },
  });
  return median(times);
}

const python = spawn(process.env.PYTHON ?? "python3", [new URL("fcn.py", import.meta.url).pathname], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await lines.next()).value ?? '{"torch":"absent"}');

async function pytorch(threads: number): Promise<number> {
  python.stdin.write(`${JSON.stringify({ threads, epochs })}\n`);
  return median((await answer()).milliseconds.slice(1));
}

const { torch } = await answer();
const threadCounts = [...new Set([1, availableParallelism()])];
const ours: number[] = [];
const theirs = threadCounts.map((): number[] => []);
for (let round = 0; round < Number(flags.rounds); round++) {
  ours.push(await lookback());
  for (const [i, threads] of threadCounts.entries()) theirs[i]!.push(await pytorch(threads));
}
python.stdin.end();
const { simd, threads, blas } = engineInfo();
console.log(
  table(
    ["", "ms an epoch", "Lookback is … times as fast"],
    [
      [`Lookback (${simd} SIMD, threads ${threads}, BLAS ${blas ?? "none"})`, withRange(spread(ours)), ""],
      ...threadCounts.map((count, i) => [
        `PyTorch ${torch}, threads ${count}`,
        withRange(spread(theirs[i]!)),
        withRange(ratio(theirs[i]!, ours)!),
      ]),
    ],
  ),
);
const best = Math.min(...theirs.map(median));
console.log(`\nPyTorch's best median over Lookback's: ${digits(best / median(ours))}`);
