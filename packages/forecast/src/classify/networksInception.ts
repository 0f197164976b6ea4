import { cat, nn, type Tensor } from "@lookback/core";
import { PooledNetwork } from "./networksConvolutional.js";
import { batchNorm, type Mask } from "./padding.js";

/** Filters of each branch, and channels of a bottleneck. */
const FILTERS = 32;
/** Taps of the three convolutions side by side. */
const TAPS = [40, 20, 10] as const;
/** What a module gives: four branches. */
const WIDTH = 4 * FILTERS;
const DEPTH = 6;

/**
 * A module of {@link InceptionTime}: convolutions of 40, 20 and 10 taps side by side on a bottleneck of 32 channels
 * (none on a single channel), and beside them the maximum of three steps through a convolution of 1 tap; batch
 * normalisation and ReLU on all four together. [N, C, L] → [N, 128, L].
 */
class InceptionModule extends nn.Module {
  readonly bottleneck: nn.Conv1d | null;
  readonly convs: readonly nn.Conv1d[];
  readonly pooled: nn.Conv1d;
  readonly bn: nn.BatchNorm1d;
  readonly #pool = new nn.MaxPool1d(3, { stride: 1, padding: 1 });

  constructor(channels: number) {
    super();
    this.bottleneck = channels > 1 ? new nn.Conv1d(channels, FILTERS, 1, { bias: false }) : null;
    const inner = channels > 1 ? FILTERS : channels;
    this.convs = TAPS.map((taps) => new nn.Conv1d(inner, FILTERS, taps, { padding: "same", bias: false }));
    this.pooled = new nn.Conv1d(channels, FILTERS, 1, { bias: false });
    this.bn = new nn.BatchNorm1d(WIDTH);
  }

  override forward(x: Tensor, mask?: Mask): Tensor {
    const narrow = this.bottleneck ? this.bottleneck.forward(x) : x;
    // the maximum must not be a 0 of the padding
    const most = mask
      ? mask.fill(this.#pool.forward(mask.fill(x, Number.NEGATIVE_INFINITY)), 0)
      : this.#pool.forward(x);
    const branches = [...this.convs.map((conv) => conv.forward(narrow)), this.pooled.forward(most)];
    return batchNorm(this.bn, cat(branches, 1), mask).relu();
  }
}

/** What goes around three modules: a convolution of 1 tap and batch normalisation, added before a ReLU. */
class Shortcut extends nn.Module {
  readonly conv: nn.Conv1d;
  readonly bn: nn.BatchNorm1d;

  constructor(channels: number) {
    super();
    this.conv = new nn.Conv1d(channels, WIDTH, 1, { bias: false });
    this.bn = new nn.BatchNorm1d(WIDTH);
  }

  override forward(x: Tensor, y: Tensor, mask?: Mask): Tensor {
    return y.add(batchNorm(this.bn, this.conv.forward(x), mask)).relu();
  }
}

/**
 * InceptionTime (Ismail Fawaz et al. 2020): six inception modules with a shortcut around every three, mean over time.
 * Published as an ensemble of five; one of them is this network. x [N, C, L] → [N, K].
 */
export class InceptionTime extends PooledNetwork {
  readonly inception: readonly InceptionModule[];
  readonly shortcuts: readonly Shortcut[];
  readonly head: nn.Linear;

  constructor(channels: number, classes: number) {
    super();
    this.inception = Array.from({ length: DEPTH }, (_, i) => new InceptionModule(i === 0 ? channels : WIDTH));
    this.shortcuts = [new Shortcut(channels), new Shortcut(WIDTH)];
    this.head = new nn.Linear(WIDTH, classes);
  }

  override featureMaps(x: Tensor, mask?: Mask): Tensor {
    let before = x;
    for (const [i, module] of this.inception.entries()) {
      x = module.forward(x, mask);
      if (i % 3 !== 2) continue;
      x = this.shortcuts[(i - 2) / 3]!.forward(before, x, mask);
      before = x;
    }
    return x;
  }
}
