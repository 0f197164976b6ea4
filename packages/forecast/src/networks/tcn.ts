import { nn, type Tensor } from "@lookback/core";

/** Taps of each convolution. */
export const TCN_KERNEL = 3;

/**
 * Temporal convolutional network: residual blocks of two causal convolutions each, whose dilation doubles from block
 * to block, so that L blocks see 1 + 2·(k − 1)·(2^L − 1) steps back and none ahead:
 *
 *     y = ReLU(x′ + ReLU(conv(ReLU(conv(x)))))     x′ = x, or a 1×1 convolution of x where the channels differ
 *
 * Shapes: [N, C, T] → [N, hidden, T]. Source: Bai, Kolter & Koltun (2018), without its weight normalisation and dropout.
 */
export class TemporalConvNet extends nn.Module {
  readonly blocks: ResidualBlock[];

  constructor(channels: number, hidden: number, layers: number) {
    super();
    this.blocks = Array.from(
      { length: layers },
      (_, layer) => new ResidualBlock(layer === 0 ? channels : hidden, hidden, 2 ** layer),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.blocks.reduce((state, block) => block.forward(state), x);
  }
}

class ResidualBlock extends nn.Module {
  readonly conv1: nn.Conv1d;
  readonly conv2: nn.Conv1d;
  readonly match: nn.Conv1d | null;

  constructor(channels: number, hidden: number, dilation: number) {
    super();
    this.conv1 = new nn.Conv1d(channels, hidden, TCN_KERNEL, { dilation, padding: "causal" });
    this.conv2 = new nn.Conv1d(hidden, hidden, TCN_KERNEL, { dilation, padding: "causal" });
    this.match = channels === hidden ? null : new nn.Conv1d(channels, hidden, 1);
  }

  override forward(x: Tensor): Tensor {
    const inner = this.conv2.forward(this.conv1.forward(x).relu()).relu();
    return inner.add(this.match ? this.match.forward(x) : x).relu();
  }
}

/** Blocks that a window of `steps` steps needs to be seen from its last step. */
export function blocksFor(steps: number): number {
  let blocks = 1;
  while (1 + 2 * (TCN_KERNEL - 1) * (2 ** blocks - 1) < steps) blocks++;
  return blocks;
}
