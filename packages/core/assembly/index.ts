// The kernels. `src/engine/kernels.ts` says what each of them does.
export { binary, binaryRow, binaryScalar, binaryStrided } from "./binary";
export { gemm, gemmPacked, pack, packedBytes } from "./gemm";
export { addStrided, axpy, broadcastRow, copy, copyStrided, fill, where } from "./move";
export { adam, sgd } from "./optim";
export { recurrentBackward, recurrentForward, recurrentPack, recurrentPackedBytes } from "./recurrent";
export { addColumnSums, allFinite, argReduce, reduce, sum, sumSquaredDifference, sumSquares } from "./reduce";
export { scratchBytes, setScratch } from "./scratch";
export { softmax, softmaxBackward } from "./softmax";
export { unary, unaryBackward } from "./unary";
