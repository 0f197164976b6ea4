// What `npm run bench` measures beside the table, each part by its name.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fit, manualSeed, nn, optim, rand, type Tensor } from "@lookback/core";
import type { Pace } from "./compare.js";
import { growth } from "./growth.js";
import { digits, spread, withRange } from "./measure.js";
import { memory, soak } from "./memory.js";

const root = fileURLToPath(new URL("..", import.meta.url));

class TutorialNet extends nn.Module {
  lstm = new nn.LSTM(3, 6, { numLayers: 2 });
  output = new nn.Linear(6, 1);
  override forward(x: Tensor) {
    return this.output.forward(this.lstm.forward(x)[0]);
  }
}

/** The tutorial's whole training: 1000 epochs of T112 B1 I3 H6 L2. */
async function training({ rounds }: Pace): Promise<void> {
  const seconds: number[] = [];
  for (let seed = 0; seed < rounds; seed++) {
    manualSeed(seed);
    const net = new TutorialNet();
    const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
    const data = [[rand([112, 1, 3]), rand([112, 1, 1])] as const];
    seconds.push((await fit(net, { data, optimizer, lossFn: new nn.MSELoss(), epochs: 1000 })).seconds);
  }
  console.log(`## The tutorial's whole training, 1000 epochs\n\n${withRange(spread(seconds))} s`);
}

/** A new process: `import "@lookback/core"`, and until the first result is there. */
async function startup({ rounds }: Pace): Promise<void> {
  const script = `
    const start = performance.now();
    const { tensor } = await import("@lookback/core");
    const imported = performance.now();
    tensor([1, 2, 3]).tanh().sum().item();
    console.log(JSON.stringify([imported - start, performance.now() - start]));`;
  const runs = Array.from({ length: 2 * rounds }, () => {
    const args = ["--input-type=module", "-e", script];
    return JSON.parse(spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" }).stdout) as number[];
  });
  const [imported, first] = [0, 1].map((i) => withRange(spread(runs.map((run) => run[i]!))));
  console.log(`## A new process\n\nimport ${imported} ms, with the first result ${first} ms`);
}

/** `npm run demo`, with everything installed and built. */
async function demo(): Promise<void> {
  const seconds = Array.from({ length: 3 }, () => {
    const start = performance.now();
    const { status } = spawnSync("npm", ["run", "--silent", "demo"], { cwd: root, stdio: "ignore" });
    if (status !== 0) throw new Error(`npm run demo ended with ${status}`);
    return (performance.now() - start) / 1000;
  });
  console.log(`## npm run demo, installed and built\n\nmedian ${digits(spread(seconds).median)} s`);
}

export const parts: Record<string, (pace: Pace) => Promise<void>> = {
  growth,
  memory,
  training,
  startup,
  soak,
  demo,
};
