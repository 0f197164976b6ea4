import { defaultGenerator } from "../engine/random.js";
import { ArgumentError } from "../errors.js";
import { embedding } from "../ops/embedding.js";
import { empty } from "../ops/ndarray.js";
import { refuseOptions } from "../options.js";
import { checkInteger, formatShape, stridesOf } from "../shape.js";
import { apply, Tensor } from "../tensor/tensor.js";
import { Module, type Parameter, parameter } from "./module.js";

export interface EmbeddingOptions {
  /** A row that starts at zero and never gets a gradient; −1 is the last. Default none. */
  paddingIdx?: number | null;
  /** Rows looked up that are longer than this are first shortened to it, in the table itself. Default no limit. */
  maxNorm?: number | null;
  /** The p of the norm that `maxNorm` limits. Default 2. */
  normType?: number;
  /** Whether a row's gradient is divided by how often the batch looks it up. Default false. */
  scaleGradByFreq?: boolean;
}

/**
 * A table of vectors, looked up by index: y[…, d] = weight[x[…], d].
 *
 * Shapes: x [*] (int32) → y [*, D]; `weight` [V, D] starts standard normal, as PyTorch's does.
 * Throws ArgumentError for indices that are not int32 or not from 0 to V − 1.
 *
 * @example new nn.Embedding(7, 4).forward(tensor([[0, 6]], { dtype: "int32" })).shape // [1, 2, 4]
 */
export class Embedding extends Module {
  readonly weight: Parameter;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    {
      paddingIdx = null,
      maxNorm = null,
      normType = 2,
      scaleGradByFreq = false,
      ...left
    }: EmbeddingOptions = {},
  ) {
    super();
    refuseOptions("Embedding", left, ["paddingIdx", "maxNorm", "normType", "scaleGradByFreq"]);
    checkInteger(numEmbeddings, 1, "Embedding: numEmbeddings");
    checkInteger(embeddingDim, 1, "Embedding: embeddingDim");
    if (paddingIdx !== null) {
      if (!Number.isInteger(paddingIdx) || paddingIdx < -numEmbeddings || paddingIdx >= numEmbeddings) {
        throw new ArgumentError(
          `Embedding: paddingIdx must be a whole number from ${-numEmbeddings} to ${numEmbeddings - 1}, got ${paddingIdx}`,
        );
      }
      if (paddingIdx < 0) paddingIdx += numEmbeddings;
    }
    this.paddingIdx = paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = parameter(() => {
      const table = empty([numEmbeddings, embeddingDim]);
      defaultGenerator.normal(table.data as Float32Array);
      if (paddingIdx !== null) rowOf(table.data, paddingIdx, embeddingDim).fill(0);
      return new Tensor(table);
    });
  }

  override forward(x: Tensor): Tensor {
    this.checkIndices(x);
    if (this.maxNorm !== null) this.shorten(x.array.data, this.maxNorm);
    return apply("embedding", [this.weight], () =>
      embedding(x.array, this.weight.array, {
        paddingIdx: this.paddingIdx ?? -1,
        scaleGradByFreq: this.scaleGradByFreq,
      }),
    )[0]!;
  }

  private checkIndices(x: Tensor): void {
    if (x.dtype !== "int32") {
      throw new ArgumentError(
        `Embedding: indices must be int32, got ${x.dtype} (shape ${formatShape(x.shape)}); make them with tensor(…, { dtype: "int32" })`,
      );
    }
    const wrong = x.array.data.findIndex((index) => index < 0 || index >= this.numEmbeddings);
    if (wrong < 0) return;
    const at = stridesOf(x.shape).map((stride, d) => Math.floor(wrong / stride) % x.shape[d]!);
    throw new ArgumentError(
      `Embedding: index ${x.array.data[wrong]} at position ${formatShape(at)} lies outside of the table, expected 0 to ${this.numEmbeddings - 1}`,
    );
  }

  private shorten(indices: ArrayLike<number>, maxNorm: number): void {
    const table = this.weight.array.data;
    const p = this.normType;
    this.weight.array.block.version++;
    for (const index of new Set(Array.from(indices))) {
      const row = rowOf(table, index, this.embeddingDim);
      const magnitudes = Array.from(row, Math.abs);
      const norm =
        p === Infinity ? Math.max(...magnitudes) : magnitudes.reduce((sum, v) => sum + v ** p, 0) ** (1 / p);
      if (norm <= maxNorm) continue;
      for (let d = 0; d < row.length; d++) row[d]! *= maxNorm / (norm + 1e-7);
    }
  }
}

const rowOf = (table: Float32Array | Int32Array, row: number, width: number) =>
  table.subarray(row * width, (row + 1) * width);
