import { cat, nn, type Tensor, zeros } from "@lookback/core";
import { batchNorm, Mask, meanOverSteps } from "./padding.js";

/** Steps of each sequence of a padded batch; undefined when none is padded. */
export type StepCounts = readonly number[] | undefined;

/** The steps that both blocks of the tutorial's network take off: two kernels and two windows of 2. */
const TUTORIAL_SHORTER = 4;

/** Both blocks of the tutorial's network: C × L → 64 × L − 2 → 128 × L − 4. */
function tutorialBlocks(channels: number) {
  const block = (from: number, to: number) =>
    new nn.Sequential(new nn.Conv1d(from, to, 2), new nn.ReLU(), new nn.MaxPool1d(2, { stride: 1 }));
  return [block(channels, 64), block(64, 128)] as const;
}

/** Runs the blocks; a sequence that ended leaves 0 where its kernels would see padding. */
function tutorialFeatures(blocks: readonly nn.Sequential[], x: Tensor, lengths: StepCounts): Tensor {
  let mask = Mask.of(lengths, x);
  for (const block of blocks) {
    x = block.forward(x);
    mask = mask?.after(x.shape[2]!, (length) => length - 2);
    if (mask) x = mask.fill(x, 0);
  }
  return x;
}

/**
 * The tutorial's network (section 5.3) as it was meant: two convolutions of kernel 2 with ReLU and maximum over
 * windows of 2, each sample flattened by itself, 50 hidden units, one output for each class.
 * x [N, C, L] → [N, K]; L as it was built for.
 */
export class Cnn extends nn.Module {
  readonly conv1: nn.Sequential;
  readonly conv2: nn.Sequential;
  readonly Linear1: nn.Linear;
  readonly Linear2: nn.Linear;

  constructor(channels: number, length: number, classes: number) {
    super();
    [this.conv1, this.conv2] = tutorialBlocks(channels);
    this.Linear1 = new nn.Linear(128 * (length - TUTORIAL_SHORTER), 50);
    this.Linear2 = new nn.Linear(50, classes);
  }

  override forward(x: Tensor, lengths?: StepCounts): Tensor {
    const features = tutorialFeatures([this.conv1, this.conv2], x, lengths);
    return this.Linear2.forward(this.Linear1.forward(features.flatten(1)).relu());
  }
}

/**
 * The tutorial's network exactly as published: it is built for B samples and flattens them all into one vector, so
 * that its linear layers see, and mix, the whole batch, and it has one output for each sample. That output z tells two
 * classes apart here: their logits are 0 and z. x [B, C, L] → [B, 2].
 */
export class PublishedCnn extends nn.Module {
  readonly conv1: nn.Sequential;
  readonly conv2: nn.Sequential;
  readonly Linear1: nn.Linear;
  readonly Linear2: nn.Linear;

  constructor(
    channels: number,
    length: number,
    readonly batch: number,
  ) {
    super();
    [this.conv1, this.conv2] = tutorialBlocks(channels);
    this.Linear1 = new nn.Linear(batch * 128 * (length - TUTORIAL_SHORTER), batch * 50);
    this.Linear2 = new nn.Linear(batch * 50, batch);
  }

  override forward(x: Tensor, lengths?: StepCounts): Tensor {
    const features = tutorialFeatures([this.conv1, this.conv2], x, lengths);
    const hidden = this.Linear1.forward(features.view([-1])).relu();
    const z = this.Linear2.forward(hidden).view([this.batch, 1]);
    return cat([zeros([this.batch, 1]), z], 1);
  }
}

/** Below so many steps Time-CNN pads its convolutions, as Ismail Fawaz et al. have it. */
const SHORT = 60;

/**
 * Time-CNN (Zhao et al. 2017, in the form of Ismail Fawaz et al. 2019): convolutions of 6 and 12 filters of 7 taps with
 * sigmoids, each averaged over windows of 3, flattened. Trained on cross-entropy like the others here, where they
 * train sigmoid outputs on squared errors. x [N, C, L] → [N, K]; L as it was built for.
 */
export class TimeCnn extends nn.Module {
  readonly conv1: nn.Conv1d;
  readonly conv2: nn.Conv1d;
  readonly head: nn.Linear;
  private readonly shorter: number;
  readonly #pool = new nn.AvgPool1d(3);

  constructor(channels: number, length: number, classes: number) {
    super();
    const padding = length < SHORT ? "same" : "valid";
    this.shorter = padding === "same" ? 0 : 6;
    this.conv1 = new nn.Conv1d(channels, 6, 7, { padding });
    this.conv2 = new nn.Conv1d(6, 12, 7, { padding });
    const after = (steps: number) => Math.floor((steps - this.shorter) / 3);
    this.head = new nn.Linear(12 * after(after(length)), classes);
  }

  override forward(x: Tensor, lengths?: StepCounts): Tensor {
    let mask = Mask.of(lengths, x);
    for (const conv of [this.conv1, this.conv2]) {
      x = this.#pool.forward(conv.forward(x).sigmoid());
      mask = mask?.after(x.shape[2]!, (length) => Math.floor((length - this.shorter) / 3));
      if (mask) x = mask.fill(x, 0);
    }
    return this.head.forward(x.flatten(1));
  }
}

/**
 * The three convolutions of a fully convolutional network (Wang, Yan & Oates 2017): 128 filters of 8 taps, 256 of 5,
 * 128 of 3, each with batch normalisation and ReLU, keeping the length. x [N, C, L] → [N, 128, L].
 */
export class FcnBlocks extends nn.Module {
  readonly conv1: nn.Conv1d;
  readonly bn1: nn.BatchNorm1d;
  readonly conv2: nn.Conv1d;
  readonly bn2: nn.BatchNorm1d;
  readonly conv3: nn.Conv1d;
  readonly bn3: nn.BatchNorm1d;

  constructor(channels: number) {
    super();
    this.conv1 = new nn.Conv1d(channels, 128, 8, { padding: "same" });
    this.bn1 = new nn.BatchNorm1d(128);
    this.conv2 = new nn.Conv1d(128, 256, 5, { padding: "same" });
    this.bn2 = new nn.BatchNorm1d(256);
    this.conv3 = new nn.Conv1d(256, 128, 3, { padding: "same" });
    this.bn3 = new nn.BatchNorm1d(128);
  }

  override forward(x: Tensor, mask?: Mask): Tensor {
    x = batchNorm(this.bn1, this.conv1.forward(x), mask).relu();
    x = batchNorm(this.bn2, this.conv2.forward(x), mask).relu();
    return batchNorm(this.bn3, this.conv3.forward(x), mask).relu();
  }
}

/**
 * A network that ends in the mean over time and a linear layer, so that its class activation maps can be drawn
 * (Zhou et al. 2016).
 */
export abstract class PooledNetwork extends nn.Module {
  abstract readonly head: nn.Linear;
  /** What is averaged: x [N, C, L], 0 behind the ends → [N, F, L], 0 behind the ends. */
  abstract featureMaps(x: Tensor, mask?: Mask): Tensor;

  override forward(x: Tensor, lengths?: StepCounts): Tensor {
    const mask = Mask.of(lengths, x);
    return this.head.forward(meanOverSteps(this.featureMaps(x, mask), mask));
  }
}

/** Fully convolutional network (Wang, Yan & Oates 2017): {@link FcnBlocks}, mean over time. x [N, C, L] → [N, K]. */
export class Fcn extends PooledNetwork {
  readonly blocks: FcnBlocks;
  readonly head: nn.Linear;

  constructor(channels: number, classes: number) {
    super();
    this.blocks = new FcnBlocks(channels);
    this.head = new nn.Linear(128, classes);
  }

  override featureMaps(x: Tensor, mask?: Mask): Tensor {
    return this.blocks.forward(x, mask);
  }
}

/**
 * A block of {@link ResNet}: convolutions of 8, 5 and 3 taps with batch normalisation; the block's input, through a
 * convolution of 1 tap where the number of channels differs, is normalised and added before the last ReLU.
 */
class ResidualBlock extends nn.Module {
  readonly conv1: nn.Conv1d;
  readonly bn1: nn.BatchNorm1d;
  readonly conv2: nn.Conv1d;
  readonly bn2: nn.BatchNorm1d;
  readonly conv3: nn.Conv1d;
  readonly bn3: nn.BatchNorm1d;
  readonly shortcut: nn.Conv1d | null;
  readonly shortcutNorm: nn.BatchNorm1d;

  constructor(from: number, to: number) {
    super();
    this.conv1 = new nn.Conv1d(from, to, 8, { padding: "same" });
    this.bn1 = new nn.BatchNorm1d(to);
    this.conv2 = new nn.Conv1d(to, to, 5, { padding: "same" });
    this.bn2 = new nn.BatchNorm1d(to);
    this.conv3 = new nn.Conv1d(to, to, 3, { padding: "same" });
    this.bn3 = new nn.BatchNorm1d(to);
    this.shortcut = from === to ? null : new nn.Conv1d(from, to, 1);
    this.shortcutNorm = new nn.BatchNorm1d(to);
  }

  override forward(x: Tensor, mask?: Mask): Tensor {
    let y = batchNorm(this.bn1, this.conv1.forward(x), mask).relu();
    y = batchNorm(this.bn2, this.conv2.forward(y), mask).relu();
    y = batchNorm(this.bn3, this.conv3.forward(y), mask);
    const around = this.shortcut ? this.shortcut.forward(x) : x;
    return y.add(batchNorm(this.shortcutNorm, around, mask)).relu();
  }
}

/** Residual network (Wang, Yan & Oates 2017): blocks of 64, 128 and 128 filters, mean over time. x [N, C, L] → [N, K]. */
export class ResNet extends PooledNetwork {
  readonly blocks: readonly ResidualBlock[];
  readonly head: nn.Linear;

  constructor(channels: number, classes: number) {
    super();
    this.blocks = [new ResidualBlock(channels, 64), new ResidualBlock(64, 128), new ResidualBlock(128, 128)];
    this.head = new nn.Linear(128, classes);
  }

  override featureMaps(x: Tensor, mask?: Mask): Tensor {
    return this.blocks.reduce((y, block) => block.forward(y, mask), x);
  }
}
