import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What to say when `TorchPeer.start()` finds no PyTorch. */
export const NO_TORCH =
  "PyTorch is not installed, so its column is left out; `apt-get install python3-torch` or `pip install torch` " +
  "brings it, and PYTHON=/path/to/python names the Python that has it.";

/** One measurement: T steps, B batch, I inputs, H hidden, L layers. */
export interface TorchConfig {
  cell: "lstm" | "gru" | "rnn";
  T: number;
  B: number;
  I: number;
  H: number;
  L: number;
  /** Threads PyTorch may use. */
  threads: number;
  /** A whole training step, or the forward pass alone. */
  mode: "train" | "forward";
  repeats: number;
  /** Steps before the clock starts; 3 for a new size and 1 for one seen before when not given. */
  warmup?: number;
}

interface Hello {
  torch: string;
  threads: number;
  capability: string;
}

/**
 * A Python process that runs the same networks in PyTorch (bench/torch/step.py), for side-by-side timings:
 * both sides can take turns within one run, so that a machine's noise falls on both.
 *
 * @example
 * const torch = await TorchPeer.start();
 * if (torch === undefined) console.log(NO_TORCH);
 * else {
 *   const times = await torch.time({ cell: "lstm", T: 24, B: 32, I: 8, H: 64, L: 1, threads: 1, mode: "train", repeats: 20 });
 *   torch.close();
 * }
 */
export class TorchPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  /** PyTorch's version. */
  readonly version: string;
  /** The instruction set that its kernels use on this machine, such as AVX2. */
  readonly capability: string;
  /** How many threads it takes when it is not told. */
  readonly threads: number;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(process: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>, hello: Hello) {
    this.#process = process;
    this.#lines = lines;
    this.version = hello.torch;
    this.capability = hello.capability;
    this.threads = hello.threads;
  }

  /** The first Python that has torch among $PYTHON, python3, python and /usr/bin/python3; undefined if none has. */
  static async start(): Promise<TorchPeer | undefined> {
    const candidates = [process.env.PYTHON, "python3", "python", "/usr/bin/python3"];
    for (const python of new Set(candidates.filter((name) => name !== undefined && name !== ""))) {
      const peer = await TorchPeer.#try(python!);
      if (peer !== undefined) return peer;
    }
    return undefined;
  }

  static async #try(python: string): Promise<TorchPeer | undefined> {
    const script = fileURLToPath(new URL("./torch/step.py", import.meta.url));
    const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"] });
    child.stderr.resume();
    child.stdin.on("error", () => {});
    const failed = new Promise<undefined>((resolve) => child.once("error", () => resolve(undefined)));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([failed, lines.next()]);
    if (first === undefined || first.done === true) {
      child.kill();
      return undefined;
    }
    try {
      return new TorchPeer(child, lines, JSON.parse(first.value) as Hello);
    } catch {
      child.kill();
      return undefined;
    }
  }

  /**
   * Milliseconds of each repeat. Calls made at once are answered one after another.
   *
   * @throws Error if PyTorch refuses the configuration or its process has ended.
   */
  time(config: TorchConfig): Promise<number[]> {
    const answer = this.#turn.then(async () => {
      this.#process.stdin.write(`${JSON.stringify(config)}\n`);
      const line = await this.#lines.next();
      if (line.done === true) throw new Error("bench/torch/step.py ended before it answered");
      const message = JSON.parse(line.value) as { milliseconds?: number[]; error?: string };
      if (message.milliseconds === undefined) {
        throw new Error(
          `bench/torch/step.py: ${message.error ?? "no timings"}, for ${JSON.stringify(config)}`,
        );
      }
      return message.milliseconds;
    });
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** Ends the Python process. */
  close(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}
