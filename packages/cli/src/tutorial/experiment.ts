import {
  ArgumentError,
  DataError,
  fit,
  manualSeed,
  nn,
  noGrad,
  optim,
  scope,
  type Tensor,
  tensor,
} from "@lookback/core";
import { type FittedTransform, makeWindows, minMaxScaler, rmse, splitCount } from "@lookback/forecast";

export type CellName = "rnn" | "gru" | "lstm";

/** What the tutorial's section 4 fixes and the command lets the user change. */
export interface TutorialSetting {
  cell: CellName;
  /** N: values that a window holds. */
  lookBack: number;
  hidden: number;
  layers: number;
  epochs: number;
  lr: number;
  /** `sequence`: all windows are one sequence, [windows, 1, N]. `batch`: each is one of its own, [windows, N, 1]. */
  layout: "sequence" | "batch";
  /** Whose minimum and maximum scale the values: all rows', or those that the training windows see. */
  scaler: "all" | "train";
}

/** Share of the windows that train. */
const rate = 0.8;
/** Fewest windows: four to train on and one for the test. */
const fewestWindows = 5;

/** The values as the network sees them. */
export interface TutorialData {
  values: Float64Array;
  lookBack: number;
  /** Windows for training, the first ones; `test` windows follow. */
  train: number;
  test: number;
  /** [windows, 1, N] or [windows, N, 1], by the layout. */
  inputs: Tensor;
  /** [windows, 1, 1] or [windows, 1]. */
  targets: Tensor;
  scaler: FittedTransform;
  /** What each window is to predict, in the data's units. */
  actual: Float64Array;
}

/**
 * Cuts values into windows of N with the value that follows, the first 80 % for training. `testCount` fixes the number
 * of test windows instead, so that several N are scored on the same last values.
 *
 * @throws DataError when a value is not finite or there are too few rows.
 */
export function prepareTutorial(
  values: ArrayLike<number>,
  { lookBack, layout, scaler: scaled }: Pick<TutorialSetting, "lookBack" | "layout" | "scaler">,
  testCount?: number,
): TutorialData {
  const rows = Float64Array.from(values);
  const bad = rows.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError(`tutorial: row ${bad + 1} holds ${rows[bad]}. Fill or remove it first.`);
  const needed = lookBack + (testCount === undefined ? fewestWindows : testCount + fewestWindows - 1);
  if (rows.length < needed) {
    throw new DataError(
      `tutorial: a look_back of ${lookBack} needs at least ${needed} rows` +
        `${testCount === undefined ? "" : `, ${testCount} of them for the test`}; there are ${rows.length}. ` +
        "Add rows, or make look_back smaller.",
    );
  }
  const count = rows.length - lookBack;
  const train = testCount === undefined ? splitCount(count, rate) : count - testCount;
  const scaler = minMaxScaler().fit(scaled === "all" ? rows : rows.subarray(0, train + lookBack));
  const windows = makeWindows(scaler.apply(rows), { lookback: lookBack });
  const sequence = layout === "sequence";
  return {
    values: rows,
    lookBack,
    train,
    test: count - train,
    inputs: tensor(windows.inputs, { shape: sequence ? [count, 1, lookBack] : [count, lookBack, 1] }),
    targets: tensor(windows.targets, { shape: sequence ? [count, 1, 1] : [count, 1] }),
    scaler,
    actual: rows.subarray(lookBack),
  };
}

/** RMSE on the test windows of repeating the value `steps` before: persistence at 1, seasonal naive at a season. */
export function lagRmse({ values, actual, train, lookBack }: TutorialData, steps: number): number {
  const first = train + lookBack;
  return rmse(actual.subarray(train), values.subarray(first - steps, values.length - steps));
}

/** The tutorial's network: a recurrent layer, then a linear one, made (and so drawn from the seed) in this order. */
export class TutorialNet extends nn.Module {
  readonly recurrent: nn.RNN | nn.GRU | nn.LSTM;
  readonly output: nn.Linear;

  constructor(private readonly setting: TutorialSetting) {
    super();
    const { cell, lookBack, hidden, layers, layout } = setting;
    const batchFirst = layout === "batch";
    const options = { numLayers: layers, batchFirst };
    this.recurrent = new { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM }[cell](
      batchFirst ? 1 : lookBack,
      hidden,
      options,
    );
    this.output = new nn.Linear(hidden, 1);
  }

  /** `sequence`: [T, 1, N] → [T, 1, 1], an output at every step. `batch`: [B, N, 1] → [B, 1], after the last step. */
  override forward(x: Tensor): Tensor {
    const [states] = this.recurrent.forward(x);
    return this.output.forward(
      this.setting.layout === "batch" ? states.select(1, this.setting.lookBack - 1) : states,
    );
  }

  /** The weights under the names that the tutorial's module has in PyTorch: `lstm.weight_ih_l0` … `output.bias`. */
  torchState(): Record<string, Tensor> {
    const entries = Object.entries(this.stateDict());
    return Object.fromEntries(
      entries.map(([name, value]) => [name.replace(/^recurrent\./, `${this.setting.cell}.`), value]),
    );
  }
}

export interface TutorialRun {
  seed: number;
  net: TutorialNet;
  /** Of each epoch, before its step. */
  losses: number[];
  /** What every window predicts, in the data's units: fitted for the training windows, predicted for the rest. */
  predicted: Float64Array;
  trainRmse: number;
  testRmse: number;
  /** Whether the loss stopped being finite, so that training ended early with the last good weights. */
  diverged: boolean;
  /** Of the training. */
  seconds: number;
}

/**
 * One training: MSE and Adam over all training windows at once; then all windows are predicted in one pass, each from
 * the true values before it.
 *
 * @throws AbortError when the signal says so.
 */
export async function trainTutorial(
  data: TutorialData,
  setting: TutorialSetting,
  seed: number,
  { signal, onEpoch }: { signal?: AbortSignal | undefined; onEpoch?(epoch: number, loss: number): void } = {},
): Promise<TutorialRun> {
  if (data.lookBack !== setting.lookBack) {
    throw new ArgumentError(
      `tutorial: windows of ${data.lookBack} do not fit a look_back of ${setting.lookBack}`,
    );
  }
  const { inputs, targets, train, actual, scaler } = data;
  manualSeed(seed);
  const net = new TutorialNet(setting);
  const { history, reason, seconds } = await fit(net, {
    data: [[inputs.narrow(0, 0, train), targets.narrow(0, 0, train)]],
    optimizer: new optim.Adam(net.parameters(), { lr: setting.lr }),
    lossFn: new nn.MSELoss(),
    epochs: setting.epochs,
    onProgress: ({ epoch, loss }) => onEpoch?.(epoch, loss),
    ...(signal ? { signal } : {}),
  });
  const predicted = scaler.invert(scope(() => noGrad(() => net.forward(inputs).toTypedArray())));
  return {
    seed,
    net,
    losses: history.loss,
    predicted,
    trainRmse: rmse(actual.subarray(0, train), predicted.subarray(0, train)),
    testRmse: rmse(actual.subarray(train), predicted.subarray(train)),
    diverged: reason === "diverged",
    seconds,
  };
}
