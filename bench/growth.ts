// npm run bench -- growth: the time of a training step against T, B, H and L, each doubled several times.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pace } from "./compare.js";
import { isPresent } from "./contender.js";
import { startLookback } from "./field.js";
import { growthPlot } from "./growthPlot.js";
import { digits, exponent, median, table } from "./measure.js";
import { fileName, folder, thisMachine } from "./results.js";
import { describe, recurrentWork } from "./rows.js";

type Letter = "T" | "B" | "H" | "L";
type Cell = "lstm" | "gru" | "rnn";

/** A letter that grows, from what, and the power of it that a step's time should follow. */
export interface Growth {
  cell: Cell;
  letter: Letter;
  expected: number;
  /** Values of the letter, and milliseconds of a step at each. */
  values: number[];
  ms: number[];
  fitted: number;
}

/** How far from the expected power the fitted one may be. */
const tolerance = 0.15;

const cells: readonly Cell[] = ["lstm", "gru", "rnn"];

// I = H in the rows for L, so that every layer is alike.
const studies: {
  letter: Letter;
  expected: number;
  base: Record<"T" | "B" | "I" | "H" | "L", number>;
  values: number[];
}[] = [
  { letter: "T", expected: 1, base: { T: 16, B: 64, I: 16, H: 128, L: 1 }, values: [16, 32, 64, 128, 256] },
  { letter: "B", expected: 1, base: { T: 16, B: 64, I: 16, H: 128, L: 1 }, values: [32, 64, 128, 256, 512] },
  { letter: "H", expected: 2, base: { T: 16, B: 64, I: 16, H: 128, L: 1 }, values: [128, 256, 512, 1024] },
  { letter: "L", expected: 1, base: { T: 16, B: 64, I: 128, H: 128, L: 1 }, values: [1, 2, 4, 8] },
];

export const growsAsExpected = ({ fitted, expected }: Growth): boolean =>
  Math.abs(fitted - expected) <= tolerance * expected;

export async function growth({ rounds, seconds }: Pace): Promise<void> {
  const lookback = await startLookback("lookback");
  if (!isPresent(lookback)) throw new Error(`Lookback did not start: ${lookback.absent}`);
  const found: Growth[] = [];
  try {
    for (const { letter, expected, base, values } of studies) {
      for (const cell of cells) {
        const works = values.map((value) => recurrentWork(cell, { ...base, [letter]: value }));
        const times: number[][] = works.map(() => []);
        for (let round = 0; round < rounds; round++) {
          const order = [...works.keys()];
          for (const i of round % 2 === 0 ? order : order.reverse()) {
            times[i]!.push((await lookback.time(works[i]!, "default", seconds)).ms);
          }
        }
        const ms = times.map(median);
        found.push({ cell, letter, expected, values, ms, fitted: exponent(values, ms) });
      }
    }
  } finally {
    await lookback.close();
  }
  console.log("## How the time of a training step grows\n");
  console.log(
    table(
      ["what grows", "from", "LSTM", "GRU", "RNN", "expected", "within 15 %"],
      studies.map(({ letter, base, values, expected }) => {
        const own = found.filter((one) => one.letter === letter);
        const range = `${values[0]}–${values.at(-1)}`;
        const wrong = own.filter((one) => !growsAsExpected(one)).map((one) => one.cell.toUpperCase());
        const verdict = wrong.length === 0 ? "yes" : `not ${wrong.join(", ")}`;
        const powers = own.map((one) => `${letter}^${digits(one.fitted)}`);
        return [`${letter} ${range}`, describe(base), ...powers, `${letter}^${expected}`, verdict];
      }),
    ),
  );
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${fileName(thisMachine())}-growth`);
  const { svg, png } = await growthPlot(
    found,
    `${thisMachine().cpu}, ${thisMachine().runtime}, ${lookback.detail}`,
  );
  writeFileSync(`${path}.svg`, svg);
  writeFileSync(`${path}.png`, png);
  writeFileSync(
    `${path}.json`,
    `${JSON.stringify(found, (_, v) => (typeof v === "number" ? Number(v.toPrecision(4)) : v), 1)}\n`,
  );
  console.log(`\nDrawn in ${path}.svg and .png.`);
}
