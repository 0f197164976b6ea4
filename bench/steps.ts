import { manualSeed, nn, noGrad, optim, rand, scope } from "@lookback/core";
import { digits, median, table, timeEach } from "./measure.js";
import { NO_TORCH, type TorchConfig, TorchPeer } from "./pytorch.js";

type Work = Pick<TorchConfig, "cell" | "T" | "B" | "I" | "H" | "L">;

/** The sizes of the anchor table: the tutorial's, small, medium, large. */
const sizes: Omit<Work, "cell">[] = [
  { T: 112, B: 1, I: 3, H: 6, L: 2 },
  { T: 24, B: 32, I: 8, H: 64, L: 1 },
  { T: 48, B: 64, I: 16, H: 128, L: 2 },
  { T: 100, B: 64, I: 64, H: 512, L: 1 },
];

/** One training step (zeroGrad, forward, MSE, backward, Adam), or the forward pass alone. */
function lookbackStep({ cell, T, B, I, H, L }: Work, mode: "train" | "forward"): () => void {
  manualSeed(0);
  const layer = new { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM }[cell](I, H, { numLayers: L });
  const head = new nn.Linear(H, 1);
  const optimizer = new optim.Adam([...layer.parameters(), ...head.parameters()]);
  const mse = new nn.MSELoss();
  const [x, y] = [rand([T, B, I]), rand([T, B, 1])];
  const forward = () => head.forward(layer.forward(x)[0]);
  if (mode === "forward") return () => scope(() => noGrad(forward));
  return () =>
    scope(() => {
      optimizer.zeroGrad();
      mse.forward(forward(), y).backward();
      optimizer.step();
    });
}

/** Rounds of A then B, so that a machine's drift falls on both. */
const rounds = 5;

/**
 * Training steps beside PyTorch's, in one run and taking turns: on one thread, and on as many threads as PyTorch is
 * fastest with. Quoted are medians and their ratio.
 */
export async function benchSteps(
  cells: readonly TorchConfig["cell"][],
  modes: readonly TorchConfig["mode"][],
): Promise<void> {
  const torch = await TorchPeer.start();
  console.log(torch ? `PyTorch ${torch.version} (${torch.capability})` : NO_TORCH);
  const rows: string[][] = [];
  for (const mode of modes) {
    for (const cell of cells) {
      for (const size of sizes) {
        rows.push(await compare({ cell, ...size }, mode, torch));
        process.stderr.write(".");
      }
    }
  }
  process.stderr.write("\n");
  torch?.close();
  console.log(
    table(
      [
        "work",
        "Lookback ms",
        "PyTorch 1 thread ms",
        "times as fast",
        "PyTorch best ms (threads)",
        "times as fast",
      ],
      rows,
    ),
  );
}

async function compare(
  work: Work,
  mode: TorchConfig["mode"],
  torch: TorchPeer | undefined,
): Promise<string[]> {
  const { cell, T, B, I, H, L } = work;
  const step = lookbackStep(work, mode);
  const repeats = H >= 512 ? 1 : H >= 128 ? 3 : H >= 64 ? 10 : 30;
  timeEach(H >= 128 ? 2 : 5 * repeats, step);
  const ours: number[] = [];
  const theirs = new Map<number, number[]>();
  const threads = torch ? [...new Set([1, torch.threads, 2])] : [];
  for (let round = 0; round < rounds; round++) {
    ours.push(...timeEach(repeats, step));
    for (const n of threads) {
      const times = await torch!.time({ ...work, threads: n, mode, repeats });
      theirs.set(n, [...(theirs.get(n) ?? []), ...times]);
    }
  }
  const us = median(ours);
  const name = `${cell} ${mode} T${T} B${B} I${I} H${H} L${L}`;
  if (!torch) return [name, digits(us), "–", "–", "–", "–"];
  const one = median(theirs.get(1)!);
  const [best, bestMs] = [...theirs]
    .map(([n, times]) => [n, median(times)] as const)
    .sort((a, b) => a[1] - b[1])[0]!;
  return [
    name,
    digits(us),
    digits(one),
    digits(one / us),
    `${digits(bestMs)} (${best})`,
    digits(bestMs / us),
  ];
}
