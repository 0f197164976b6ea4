import { noGrad } from "../autograd/graph.js";
import { engine } from "../engine/engine.js";
import { defaultGenerator } from "../engine/random.js";
import { AbortError, ArgumentError } from "../errors.js";
import type { Module, Parameter, StateDict } from "../nn/module.js";
import { clone } from "../ops/ndarray.js";
import { clipGradNorm_ } from "../optim/clip.js";
import type { Optimizer } from "../optim/optimizer.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { type HasState, loadCheckpoint, type RunState, saveCheckpoint } from "./checkpoint.js";

/** Inputs and targets of one step. */
export type Batch = readonly [input: Tensor, target: Tensor];

/** One line of progress, after each epoch. */
export interface FitProgress {
  /** Epochs finished, from 1. */
  epoch: number;
  epochs: number;
  /** Mean loss of the epoch's batches. */
  loss: number;
  /** Mean validation loss, when there is a validation set. */
  validationLoss: number | null;
  elapsedSeconds: number;
  /** Estimated from the epochs so far. */
  remainingSeconds: number;
}

export interface FitOptions {
  /**
   * Batches of one epoch: an array such as `[[x, y]]`, or a DataLoader, which is gone through once an epoch. A batch
   * that is made on the way is freed after its step.
   */
  data: Iterable<Batch>;
  // biome-ignore lint/suspicious/noExplicitAny: any optimizer will do
  optimizer: Optimizer<any>;
  /** Loss of a prediction and a target, a scalar: a loss module or a function. */
  lossFn:
    | { forward(prediction: Tensor, target: Tensor): Tensor }
    | ((prediction: Tensor, target: Tensor) => Tensor);
  epochs: number;
  /** Batches to judge by, never trained on. */
  validation?: Iterable<Batch>;
  /** Stops when the validation loss has not improved for `patience` epochs, and takes back the best weights. */
  earlyStopping?: { patience: number; minDelta?: number };
  /** Scales gradients so that their norm is at most this. */
  maxGradNorm?: number;
  /** Stepped after each epoch, with the validation loss (or the loss) as its metric. */
  scheduler?: HasState & { step(metric?: number): void };
  onProgress?(progress: FitProgress): void;
  /** Stops the run: fit() saves a checkpoint and throws an AbortError. */
  signal?: AbortSignal;
  /** Called with a checkpoint every so many epochs (default: only when aborted). */
  checkpoint?: { everyEpochs?: number; save(bytes: Uint8Array): void | Promise<void> };
  /** A checkpoint to continue from: the run goes on with the very bits that it would have had. */
  resume?: Uint8Array;
}

const optionNames: (keyof FitOptions)[] = [
  "data",
  "optimizer",
  "lossFn",
  "epochs",
  "validation",
  "earlyStopping",
  "maxGradNorm",
  "scheduler",
  "onProgress",
  "signal",
  "checkpoint",
  "resume",
];

export interface FitResult {
  /** Epochs run in total, those before a resume included. */
  epochs: number;
  /** Why it ended: all epochs done, early stopping, or a loss that was not finite (the last good weights are kept). */
  reason: "done" | "early" | "diverged";
  history: RunState["history"];
  /** Epoch whose weights the model holds, from 1. */
  bestEpoch: number;
  seconds: number;
}

/** Longest stretch of work, in milliseconds, before other work of the host gets a turn. */
const turnMs = 12;

/**
 * Trains a model: for each epoch and batch, zero the gradients, forward, loss, backward, step. Each step is a scope,
 * so memory stays flat. Yields now and then, so that a server or page stays alive.
 *
 * A loss that is not finite stops the run with reason "diverged", and the model keeps the weights of the last epoch
 * whose loss was finite: try a smaller learning rate, `maxGradNorm`, or scaled data.
 *
 * @example
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
 * await fit(model, { data: [[x, y]], optimizer, lossFn: new nn.MSELoss(), epochs: 1000 });
 */
export async function fit(model: Module, options: FitOptions): Promise<FitResult> {
  return new FitRun(model, options).run();
}

class FitRun {
  private state: RunState = {
    epoch: 0,
    batch: 0,
    lossSum: 0,
    history: { loss: [], validationLoss: [] },
    best: null,
  };
  private epochGenerator: Uint8Array = defaultGenerator.getState();
  private bestWeights: StateDict | null = null;
  /** Weights that gave a finite loss, to go back to when the loss is not. */
  private goodWeights: StateDict | null = null;
  private goodEpoch = 0;
  private readonly started = performance.now();
  private lastTurn = this.started;
  private firstEpoch = 0;
  private readonly loss: (prediction: Tensor, target: Tensor) => Tensor;
  // Looked up once: walking the modules anew took a tenth of the tutorial's training.
  private readonly weights: StateDict;
  private readonly parameters: Parameter[];

  constructor(
    private readonly model: Module,
    private readonly options: FitOptions,
  ) {
    const { lossFn, epochs, earlyStopping, validation, maxGradNorm } = options;
    refuseOptions("fit", options, optionNames);
    refuseOptions("fit: earlyStopping", earlyStopping ?? {}, ["patience", "minDelta"]);
    refuseOptions("fit: checkpoint", options.checkpoint ?? {}, ["everyEpochs", "save"]);
    checkInteger(epochs, 1, "fit: epochs");
    if (earlyStopping) {
      checkInteger(earlyStopping.patience, 1, "fit: earlyStopping.patience");
      if (!validation) throw new ArgumentError("fit: earlyStopping needs a validation set to judge by");
    }
    if (maxGradNorm !== undefined && !(maxGradNorm > 0)) {
      throw new ArgumentError(`fit: maxGradNorm must be a number above 0, got ${maxGradNorm}`);
    }
    this.weights = model.stateDict();
    this.parameters = model.parameters();
    this.loss = typeof lossFn === "function" ? lossFn : (p, t) => lossFn.forward(p, t);
  }

  async run(): Promise<FitResult> {
    const { epochs, resume, scheduler, optimizer, checkpoint } = this.options;
    if (resume) {
      const loaded = loadCheckpoint(resume, this.model, optimizer, scheduler);
      this.state = loaded.run;
      this.epochGenerator = loaded.epochGenerator;
      this.bestWeights = loaded.bestWeights && keepCopies(loaded.bestWeights);
      this.firstEpoch = this.state.epoch;
    }
    this.model.train();
    let reason: FitResult["reason"] = "done";
    while (this.state.epoch < epochs && !this.waitedEnough()) {
      await this.turn();
      if (!(await this.trainEpoch())) {
        reason = "diverged";
        break;
      }
      await this.finishEpoch();
      const every = checkpoint?.everyEpochs;
      if (every && this.state.epoch % every === 0) await checkpoint.save(this.checkpointBytes());
    }
    if (reason === "done" && this.waitedEnough()) reason = "early";
    return this.finish(reason);
  }

  /** Trains on the batches that are left of this epoch. False when the loss was not finite. */
  private async trainEpoch(): Promise<boolean> {
    const resumed = this.state.batch;
    const now = defaultGenerator.getState();
    if (resumed > 0) defaultGenerator.setState(this.epochGenerator);
    else this.epochGenerator = now;
    const batches = this.options.data[Symbol.iterator]();
    let ended = false;
    try {
      for (let index = 0; ; index++) {
        if (resumed > 0 && index === resumed) defaultGenerator.setState(now);
        if (index > resumed) await this.turn();
        // The batch is made inside the step's scope, so that a loader's batches are freed with it.
        const loss = scope(() => {
          const next = batches.next();
          ended = next.done === true;
          return next.done || index < resumed ? 0 : this.trainStep(next.value);
        });
        if (ended) break;
        if (index < resumed) continue;
        if (!Number.isFinite(loss)) return false;
        this.state.lossSum += loss;
        this.state.batch = index + 1;
      }
    } finally {
      if (!ended) batches.return?.();
    }
    if (this.state.batch === 0) throw new ArgumentError("fit: data holds no batches");
    return true;
  }

  private trainStep([input, target]: Batch): number {
    const { optimizer, maxGradNorm } = this.options;
    optimizer.zeroGrad();
    const loss = this.loss(this.model.forward(input), target);
    const value = loss.item();
    if (!Number.isFinite(value)) return value;
    if (this.state.batch === 0) this.keepGoodWeights();
    loss.backward();
    if (maxGradNorm !== undefined) clipGradNorm_(this.parameters, maxGradNorm);
    optimizer.step();
    return value;
  }

  private async finishEpoch(): Promise<void> {
    const { state } = this;
    const loss = state.lossSum / state.batch;
    const validationLoss = await this.validate();
    state.epoch++;
    state.batch = 0;
    state.lossSum = 0;
    state.history.loss.push(loss);
    if (validationLoss !== null) {
      state.history.validationLoss.push(validationLoss);
      this.judge(validationLoss);
    }
    this.options.scheduler?.step(validationLoss ?? loss);
    const elapsed = (performance.now() - this.started) / 1000;
    const done = state.epoch - this.firstEpoch;
    this.options.onProgress?.({
      epoch: state.epoch,
      epochs: this.options.epochs,
      loss,
      validationLoss,
      elapsedSeconds: elapsed,
      remainingSeconds: (elapsed / done) * (this.options.epochs - state.epoch),
    });
  }

  private async validate(): Promise<number | null> {
    const { validation } = this.options;
    if (!validation) return null;
    this.model.eval();
    let sum = 0;
    let count = 0;
    const batches = validation[Symbol.iterator]();
    for (let loss: number | null = 0; loss !== null; ) {
      loss = scope(() => {
        const next = batches.next();
        if (next.done) return null;
        const [input, target] = next.value;
        return noGrad(() => this.loss(this.model.forward(input), target).item());
      });
      if (loss !== null) count++;
      sum += loss ?? 0;
    }
    this.model.train();
    if (count === 0) throw new ArgumentError("fit: validation holds no batches");
    return sum / count;
  }

  private judge(loss: number): void {
    const { earlyStopping } = this.options;
    if (!earlyStopping) return;
    const { state } = this;
    if (state.best === null || loss < state.best.loss - (earlyStopping.minDelta ?? 0)) {
      state.best = { loss, epoch: state.epoch, waited: 0 };
      this.bestWeights = keepCopies(this.weights, this.bestWeights);
    } else state.best.waited++;
  }

  private waitedEnough(): boolean {
    const { earlyStopping } = this.options;
    return earlyStopping !== undefined && (this.state.best?.waited ?? 0) >= earlyStopping.patience;
  }

  private finish(reason: FitResult["reason"]): FitResult {
    const { state } = this;
    let bestEpoch = state.epoch;
    if (this.bestWeights && state.best) {
      this.model.loadStateDict(this.bestWeights);
      bestEpoch = state.best.epoch;
    } else if (reason === "diverged" && this.goodWeights) {
      this.model.loadStateDict(this.goodWeights);
      bestEpoch = this.goodEpoch;
    }
    this.model.eval();
    return {
      epochs: state.epoch,
      reason,
      history: state.history,
      bestEpoch,
      seconds: (performance.now() - this.started) / 1000,
    };
  }

  /** Called when this epoch's first loss proved finite: the weights that gave it are worth going back to. */
  private keepGoodWeights(): void {
    this.goodWeights = keepCopies(this.weights, this.goodWeights);
    this.goodEpoch = this.state.epoch;
  }

  private checkpointBytes(): Uint8Array {
    const { optimizer, scheduler } = this.options;
    return saveCheckpoint(
      this.model,
      optimizer,
      scheduler,
      this.state,
      this.epochGenerator,
      this.bestWeights,
    );
  }

  /** Gives the host a turn when this run has had a long one, and stops when it was told to. */
  private async turn(): Promise<void> {
    const { signal, checkpoint } = this.options;
    if (performance.now() - this.lastTurn >= turnMs) {
      await yieldToHost();
      this.lastTurn = performance.now();
    }
    if (!signal?.aborted) return;
    await checkpoint?.save(this.checkpointBytes());
    throw new AbortError(
      `Training was interrupted after ${this.state.epoch} of ${this.options.epochs} epochs.` +
        (checkpoint ? " A checkpoint was saved; pass it as resume to continue." : ""),
    );
  }
}

/** Copies of a state's tensors that outlive every scope; written over `into` when it is given. */
function keepCopies(state: StateDict, into: StateDict | null = null): StateDict {
  return engine().memory.persistent(() => {
    const out: StateDict = into ?? {};
    for (const [key, value] of Object.entries(state)) {
      if (out[key]) engine().kernels.copy(value.numel, value.array.address, out[key].array.address);
      else out[key] = new Tensor(clone(value.array));
    }
    return out;
  });
}

/** Lets timers, requests and rendering run. setTimeout alone would wait up to 4 ms each time in a browser. */
function yieldToHost(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
}
