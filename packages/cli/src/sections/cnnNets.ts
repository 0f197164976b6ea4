import { nn, type Tensor } from "@lookback/core";

export const channels = 15;
export const length = 24;

/** Both convolutions, as published: 15 × 24 → 64 × 23 → 64 × 22 → 128 × 21 → 128 × 20. */
function blocks() {
  const block = (from: number, to: number) =>
    new nn.Sequential(new nn.Conv1d(from, to, 2), new nn.ReLU(), new nn.MaxPool1d(2, { stride: 1 }));
  return [block(channels, 64), block(64, 128)] as const;
}

/**
 * The tutorial's network of section 5.3, exactly as published. It is built for B samples and flattens them all into one
 * vector, so that its linear layers see, and mix, the whole batch: x [B, 15, 24] → [B, 1].
 */
export class PublishedCnn extends nn.Module {
  readonly conv1: nn.Sequential;
  readonly conv2: nn.Sequential;
  readonly Linear1: nn.Linear;
  readonly Linear2: nn.Linear;
  constructor(readonly B: number) {
    super();
    [this.conv1, this.conv2] = blocks();
    this.Linear1 = new nn.Linear(B * 128 * 20, B * 50);
    this.Linear2 = new nn.Linear(B * 50, B);
  }
  override forward(x: Tensor): Tensor {
    const features = this.conv2.forward(this.conv1.forward(x));
    const hidden = this.Linear1.forward(features.view([-1])).relu();
    const y = this.Linear2.forward(hidden);
    return y.view([y.shape[0]!, -1]);
  }
}

/** What it was meant to be: every sample is flattened by itself, and each class has an output. x [N, 15, 24] → [N, classes]. */
export class CorrectedCnn extends nn.Module {
  readonly conv1: nn.Sequential;
  readonly conv2: nn.Sequential;
  readonly flatten = new nn.Flatten();
  readonly Linear1: nn.Linear;
  readonly Linear2: nn.Linear;
  constructor(classes: number) {
    super();
    [this.conv1, this.conv2] = blocks();
    this.Linear1 = new nn.Linear(128 * 20, 50);
    this.Linear2 = new nn.Linear(50, classes);
  }
  override forward(x: Tensor): Tensor {
    const features = this.conv2.forward(this.conv1.forward(x));
    return this.Linear2.forward(this.Linear1.forward(this.flatten.forward(features)).relu());
  }
}
