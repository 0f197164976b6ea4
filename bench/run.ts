// npm run bench [-- steps forward cells startup memory demo]: side-by-side measurements; with no name, all of them.
// Medians and ratios of one run are what to quote: machines differ and are noisy.
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { engineInfo, fit, manualSeed, nn, optim, rand, scope, type Tensor } from "@lookback/core";
import { digits, median } from "./measure.js";
import { benchSteps } from "./steps.js";

const root = fileURLToPath(new URL("..", import.meta.url));

const parts: Record<string, () => void | Promise<void>> = {
  async steps() {
    heading("One training step of an LSTM beside PyTorch");
    await benchSteps(["lstm"], ["train"]);
  },
  async forward() {
    heading("Forward pass of an LSTM beside PyTorch");
    await benchSteps(["lstm"], ["forward"]);
  },
  async cells() {
    heading("One training step of GRU and RNN beside PyTorch");
    await benchSteps(["gru", "rnn"], ["train"]);
  },
  async tutorial() {
    heading("The tutorial's whole training: 1000 epochs of T112 B1 I3 H6 L2");
    const seconds: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      manualSeed(seed);
      const net = new Net();
      const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
      const data = [[rand([112, 1, 3]), rand([112, 1, 1])] as const];
      seconds.push((await fit(net, { data, optimizer, lossFn: new nn.MSELoss(), epochs: 1000 })).seconds);
    }
    console.log(`median of 5: ${digits(median(seconds))} s`);
  },
  startup() {
    heading('A new process: import "@lookback/core" and the first kernel call');
    const script = `
      const start = performance.now();
      const { tensor } = await import("@lookback/core");
      const imported = performance.now();
      tensor([1, 2, 3]).tanh().sum().item();
      console.log(JSON.stringify([imported - start, performance.now() - start]));`;
    const runs = Array.from({ length: 11 }, () => {
      const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        cwd: root,
        encoding: "utf8",
      });
      return JSON.parse(stdout) as [number, number];
    });
    const [imported, whole] = [0, 1].map((i) => median(runs.map((run) => run[i]!)));
    console.log(
      `median of ${runs.length}: import ${digits(imported!)} ms, with the first kernel call ${digits(whole!)} ms`,
    );
  },
  memory() {
    heading("Memory over 100,000 training steps of the tutorial's network");
    const net = new Net();
    const optimizer = new optim.Adam(net.parameters());
    const [x, y] = [rand([112, 1, 3]), rand([112, 1, 1])];
    const mse = new nn.MSELoss();
    const show = (steps: number) => {
      const { inUse, capacity } = engineInfo().memory;
      const heap = process.memoryUsage();
      console.log(
        `after ${String(steps).padStart(6)} steps: engine ${inUse} bytes in use of ${capacity}; process ${(heap.rss / 2 ** 20).toFixed(0)} MiB, JavaScript heap ${(heap.heapUsed / 2 ** 20).toFixed(1)} MiB`,
      );
    };
    for (let i = 1; i <= 100_000; i++) {
      scope(() => {
        optimizer.zeroGrad();
        mse.forward(net.forward(x), y).backward();
        optimizer.step();
      });
      if (i === 10 || i === 1000 || i % 25_000 === 0) show(i);
    }
  },
  demo() {
    heading("npm run demo, installed and built");
    const seconds = Array.from({ length: 3 }, () => {
      const start = performance.now();
      const { status } = spawnSync("npm", ["run", "--silent", "demo"], { cwd: root, stdio: "ignore" });
      if (status !== 0) throw new Error(`npm run demo ended with ${status}`);
      return (performance.now() - start) / 1000;
    });
    console.log(`median of ${seconds.length}: ${digits(median(seconds))} s`);
  },
};

class Net extends nn.Module {
  lstm = new nn.LSTM(3, 6, { numLayers: 2 });
  output = new nn.Linear(6, 1);
  override forward(x: Tensor) {
    return this.output.forward(this.lstm.forward(x)[0]);
  }
}

function heading(text: string): void {
  console.log(`\n## ${text}\n`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`Unknown part ${unknown.join(", ")}; known: ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, kernels: ${engineInfo().simd} SIMD`,
);
for (const [name, part] of Object.entries(parts))
  if (wanted.length === 0 || wanted.includes(name)) await part();
