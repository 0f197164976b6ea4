import { fit, manualSeed, nn, noGrad, optim, scope, type Tensor, tensor } from "@lookback/core";
import { rmse } from "@lookback/forecast";

export type CellName = "rnn" | "lstm" | "gru";

/** What the tutorial's section 4 fixes. */
export const flightsSetting = { lookBack: 3, hidden: 6, layers: 2, epochs: 1000, lr: 0.1, rate: 0.8 };

/** The tutorial's model: a recurrent layer and a linear one behind it. */
export class FlightsNet extends nn.Module {
  readonly recurrent: nn.RNN | nn.LSTM | nn.GRU;
  readonly output: nn.Linear;
  constructor(cell: CellName) {
    super();
    const { lookBack, hidden, layers } = flightsSetting;
    const kinds = { rnn: nn.RNN, lstm: nn.LSTM, gru: nn.GRU };
    this.recurrent = new kinds[cell](lookBack, hidden, { numLayers: layers });
    this.output = new nn.Linear(hidden, 1);
  }
  override forward(x: Tensor): Tensor {
    return this.output.forward(this.recurrent.forward(x)[0]);
  }
}

/** The passengers as the tutorial feeds them: scaled by all rows' minimum and maximum, one sequence of windows. */
export interface Flights {
  /** [141, 1, 3]: window, batch of one, look back */
  x: Tensor;
  /** [141, 1, 1] */
  y: Tensor;
  train: number;
  low: number;
  high: number;
  /** The value that each window predicts, in passengers. */
  actual: number[];
  persistence: number;
  seasonalNaive: number;
}

export function prepareFlights(passengers: ArrayLike<number>): Flights {
  const values = Array.from(passengers);
  const { lookBack, rate } = flightsSetting;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scaled = values.map((v) => (v - low) / (high - low));
  const count = values.length - lookBack;
  const train = Math.trunc(count * rate);
  const actual = values.slice(lookBack);
  const test = actual.slice(train);
  const before = (months: number) => test.map((_, i) => values[lookBack + train + i - months]!);
  return {
    x: tensor(Array.from({ length: count }, (_, i) => [scaled.slice(i, i + lookBack)])),
    y: tensor(scaled.slice(lookBack), { shape: [count, 1, 1] }),
    train,
    low,
    high,
    actual,
    persistence: rmse(test, before(1)),
    seasonalNaive: rmse(test, before(12)),
  };
}

export interface FlightsRun {
  net: FlightsNet;
  trainLoss: number;
  testRmse: number;
  secondsPerEpoch: number;
}

/**
 * Trains as the tutorial does and scores the last windows one step ahead. `from`: the first window that exists, so that
 * there is less to learn from; the state starts there too.
 */
export async function trainFlights(
  flights: Flights,
  cell: CellName,
  seed: number,
  signal: AbortSignal | undefined,
  from = 0,
): Promise<FlightsRun> {
  const { x, y, train, low, high, actual } = flights;
  const count = x.shape[0]!;
  manualSeed(seed);
  const net = new FlightsNet(cell);
  const [inputs, targets] = [x, y].map((t) => t.narrow(0, from, train - from)) as [Tensor, Tensor];
  const { history, seconds, epochs } = await fit(net, {
    data: [[inputs, targets]],
    optimizer: new optim.Adam(net.parameters(), { lr: flightsSetting.lr }),
    lossFn: new nn.MSELoss(),
    epochs: flightsSetting.epochs,
    ...(signal ? { signal } : {}),
  });
  const predicted = scope(() => noGrad(() => net.forward(x.narrow(0, from, count - from)).toTypedArray()));
  const test = Array.from(predicted.subarray(train - from), (p) => p * (high - low) + low);
  return {
    net,
    trainLoss: history.loss.at(-1)!,
    testRmse: rmse(actual.slice(train), test),
    secondsPerEpoch: seconds / epochs,
  };
}
