// The kernels. `src/engine/kernels.ts` says what each of them does.
export { binary, binaryRow, binaryScalar, binaryStrided } from "./binary";
export {
  addChannelSums, convRun, convToLong, convToShort, convToWeight, convWorkBytes, gatherLast, scatterLast,
} from "./conv";
export { gemm, gemmPacked, linear, pack, packedBytes, setBlas } from "./gemm";
export { addStrided, axpy, broadcastRow, copy, copyStrided, fill, transpose, where } from "./move";
export { channelMoments, channelNorm, channelNormBackward, rowNorm, rowNormBackward } from "./norm";
export { adagrad, adam, rmsprop, sgd, zeroMany } from "./optim";
export { windowMax, windowMaxBackward, windowMean, windowMeanBackward } from "./pool";
export { recurrentBackward, recurrentForward, recurrentPack, recurrentPackedBytes } from "./recurrent";
export { projectedBackward, projectedForward, resetBeforeBackward, resetBeforeForward } from "./recurrentVariants";
export { addColumnSums, allFinite, argReduce, reduce, scaledDifference, sum, sumSquaredDifference, sumSquares } from "./reduce";
export { scratchBytes, setScratch } from "./scratch";
export { softmax, softmaxBackward } from "./softmax";
export { unary, unaryBackward } from "./unary";
