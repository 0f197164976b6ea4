export { Adagrad, type AdagradOptions } from "./adagrad.js";
export { Adam, type AdamOptions, AdamW } from "./adam.js";
export { type ClipNormOptions, clipGradNorm_, clipGradValue_ } from "./clip.js";
export { OneCycleLR, type OneCycleLROptions } from "./oneCycle.js";
export { Optimizer, type OptimizerState, type ParamGroup, type ParamsInput } from "./optimizer.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduceOnPlateau.js";
export { RMSprop, type RMSpropOptions } from "./rmsprop.js";
export {
  type AnyOptimizer,
  CosineAnnealingLR,
  ExponentialLR,
  LRScheduler,
  MultiStepLR,
  type SchedulerState,
  StepLR,
} from "./schedulers.js";
export { SGD, type SGDOptions } from "./sgd.js";
