export { Adam, type AdamOptions, AdamW } from "./adam.js";
export { type ClipNormOptions, clipGradNorm_, clipGradValue_ } from "./clip.js";
export { Optimizer, type OptimizerState, type ParamGroup, type ParamsInput } from "./optimizer.js";
export { SGD, type SGDOptions } from "./sgd.js";
