export {
  ELU,
  type ELUOptions,
  GELU,
  type GELUOptions,
  LeakyReLU,
  type LeakyReLUOptions,
  LogSigmoid,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  type SoftplusOptions,
  Tanh,
} from "./activation.js";
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from "./cells.js";
export { Flatten, type FlattenOptions, Identity, ModuleList, Sequential } from "./containers.js";
export { Conv1d, type Conv1dOptions, ConvTranspose1d, type ConvTranspose1dOptions } from "./conv.js";
export { Dropout, type DropoutOptions } from "./dropout.js";
export { Embedding, type EmbeddingOptions } from "./embedding.js";
export { Linear, type LinearOptions } from "./linear.js";
export { type LossOptions, MSELoss, type Reduction } from "./loss.js";
export {
  BCEWithLogitsLoss,
  type BCEWithLogitsLossOptions,
  CrossEntropyLoss,
  type CrossEntropyLossOptions,
  NLLLoss,
  type NLLLossOptions,
} from "./lossClassification.js";
export {
  GaussianNLLLoss,
  type GaussianNLLLossOptions,
  HuberLoss,
  L1Loss,
  PinballLoss,
  SmoothL1Loss,
} from "./lossRegression.js";
export { type LoadReport, Module, Parameter, type StateDict } from "./module.js";
export {
  CELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  type HardtanhOptions,
  Mish,
  PReLU,
  type PReLUOptions,
  ReLU6,
  SELU,
  type ShrinkOptions,
  Softmin,
  Softshrink,
  Softsign,
  Tanhshrink,
  Threshold,
} from "./moreActivations.js";
export { BatchNorm1d, type BatchNorm1dOptions, LayerNorm, type LayerNormOptions } from "./norm.js";
export {
  type Lengths,
  PackedSequence,
  type PackOptions,
  type PadOptions,
  packPaddedSequence,
  padPackedSequence,
} from "./packed.js";
export {
  AdaptiveAvgPool1d,
  AdaptiveMaxPool1d,
  AvgPool1d,
  type AvgPool1dOptions,
  MaxPool1d,
  type MaxPool1dOptions,
} from "./pool.js";
export {
  GRU,
  type GRUInspection,
  type GRUOptions,
  LSTM,
  type LSTMInspection,
  type LSTMOptions,
  type LSTMState,
  RNN,
  type RNNOptions,
} from "./recurrent.js";
export type { ForwardOptions, HiddenGradNorms, LayerInspection, RecurrentOptions } from "./recurrentLayer.js";
export type { Stream, StreamOptions } from "./stream.js";
