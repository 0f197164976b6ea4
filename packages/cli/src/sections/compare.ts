import { nn, optim, randn, scope } from "@lookback/core";
import { type CellName, lagRmse } from "../tutorial/experiment.js";
import { flightsFrom, trainFlights } from "./flights.js";
import { median, type SectionOptions, type Spread, seedsOf, spread, stepper } from "./section.js";

const cells = ["rnn", "lstm", "gru"] as const;
/** Where arithmetic takes the time. */
const large = { steps: 24, batch: 32, inputs: 8, hidden: 64 };
/** Shares of the training windows, the last ones before the test. */
const shares = [0.25, 1];

export interface CellRun {
  seed: number;
  trainLoss: number;
  testRmse: number;
}

export interface CellComparison {
  cell: CellName;
  parameters: number;
  /** Median over the seeds. */
  millisecondsPerEpoch: number;
  /** A training step of a layer of `large`, median. */
  millisecondsLarge: number;
  trainLoss: Spread;
  testRmse: Spread;
  runs: CellRun[];
  /** Test errors after training on the last so many windows. */
  lessData: { windows: number; testRmse: Spread; bySeed: number[] }[];
}

export interface CompareNumbers {
  seeds: readonly number[];
  cells: CellComparison[];
  persistence: number;
  seasonalNaive: number;
  testWindows: number;
  large: { steps: number; batch: number; inputs: number; hidden: number };
}

interface Trained {
  cell: CellName;
  windows: number;
  run: CellRun;
  /** An epoch's. */
  seconds: number;
  parameters: number;
}

/** RNN, LSTM and GRU on the tutorial's forecast: size, time, training loss and test error over several seeds. */
export async function measureCompare(options: SectionOptions): Promise<CompareNumbers> {
  const seeds = seedsOf(options);
  const flights = flightsFrom(0);
  const data = shares.map((share) => flightsFrom(flights.train - Math.round(share * flights.train)));
  const windows = data.map(({ train }) => train);
  const step = stepper(options, cells.length * seeds.length * windows.reduce((a, b) => a + b, 0));
  const all: Trained[] = [];
  // Cell by cell within each seed, so that a busy moment of the machine meets all three.
  for (const seed of seeds) {
    for (const part of data) {
      for (const cell of cells) {
        const { losses, testRmse, seconds, net } = await trainFlights(part, cell, seed, options.signal);
        all.push({
          cell,
          windows: part.train,
          run: { seed, trainLoss: losses.at(-1)!, testRmse },
          seconds: seconds / losses.length,
          parameters: net.parameterCount(),
        });
        await step(part.train);
      }
    }
  }
  const times = timeLarge();
  return {
    seeds,
    cells: cells.map((cell) => {
      const of = (count: number) => all.filter((entry) => entry.cell === cell && entry.windows === count);
      const full = of(flights.train);
      return {
        cell,
        parameters: full[0]!.parameters,
        millisecondsPerEpoch: 1000 * median(full.map(({ seconds }) => seconds)),
        millisecondsLarge: times[cell],
        trainLoss: spread(full.map(({ run }) => run.trainLoss)),
        testRmse: spread(full.map(({ run }) => run.testRmse)),
        runs: full.map(({ run }) => run),
        lessData: windows.map((count) => {
          const bySeed = of(count).map(({ run }) => run.testRmse);
          return { windows: count, testRmse: spread(bySeed), bySeed };
        }),
      };
    }),
    persistence: lagRmse(flights, 1),
    seasonalNaive: lagRmse(flights, 12),
    testWindows: flights.test,
    large,
  };
}

/** Training steps of one layer each, in turn: forward, mean square, backward, Adam. */
function timeLarge(): Record<CellName, number> {
  const { steps, batch, inputs, hidden } = large;
  return scope(() => {
    const x = randn([steps, batch, inputs]);
    const kinds = { rnn: nn.RNN, lstm: nn.LSTM, gru: nn.GRU };
    const layers = cells.map((cell) => {
      const layer: nn.RNN | nn.LSTM | nn.GRU = new kinds[cell](inputs, hidden);
      return { cell, layer, optimizer: new optim.Adam(layer.parameters()), times: [] as number[] };
    });
    for (let round = 0; round < 12; round++) {
      for (const { layer, optimizer, times } of layers) {
        const start = performance.now();
        scope(() => {
          optimizer.zeroGrad();
          layer.forward(x)[0].square().mean().backward();
          optimizer.step();
        });
        if (round > 1) times.push(performance.now() - start);
      }
    }
    return Object.fromEntries(layers.map(({ cell, times }) => [cell, median(times)])) as Record<
      CellName,
      number
    >;
  });
}
