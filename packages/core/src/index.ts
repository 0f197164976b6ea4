export { type BackwardOptions, isGradEnabled, noGrad } from "./autograd/graph.js";
export { DataLoader, type DataLoaderOptions } from "./data/dataLoader.js";
export { type Dataset, TensorDataset } from "./data/dataset.js";
export { type EngineInfo, type EngineOptions, engineInfo, init } from "./engine/engine.js";
export { defaultGenerator, Generator, manualSeed } from "./engine/random.js";
export {
  AbortError,
  ArgumentError,
  DataError,
  FormatError,
  LookbackError,
  OutOfMemoryError,
  ShapeError,
} from "./errors.js";
export * as nn from "./nn/index.js";
export type { DType } from "./ops/ndarray.js";
export * as optim from "./optim/index.js";
export type { Shape } from "./shape.js";
export type { SliceRange } from "./tensor/arguments.js";
export type { NestedArray } from "./tensor/base.js";
export {
  arange,
  cat,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  type RandomOptions,
  rand,
  randint,
  randn,
  randperm,
  stack,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "./tensor/create.js";
export { allclose, matmul, maximum, minimum, where } from "./tensor/functions.js";
export { scope } from "./tensor/scope.js";
export { type CloseOptions, Tensor, type VarianceOptions } from "./tensor/tensor.js";
export { type Batch, type FitOptions, type FitProgress, type FitResult, fit } from "./train/fit.js";
export { loadSafetensors, type SafetensorsFile, saveSafetensors } from "./train/safetensors.js";
export { loadTorch, type TorchData } from "./train/torchFile.js";
