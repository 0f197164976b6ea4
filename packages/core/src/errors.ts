/**
 * Every error that Lookback throws on purpose. Its message is one paragraph for a person: what, where,
 * expected, got, and what to do. `instanceof LookbackError` tells a caller's mistake from a bug of ours.
 */
export class LookbackError extends Error {
  override name = "LookbackError";
}

/** Tensors whose shapes do not fit an operation. */
export class ShapeError extends LookbackError {
  override name = "ShapeError";
}

/** An argument outside of what the function accepts: a negative size, an unknown option, a fraction where a whole number belongs. */
export class ArgumentError extends LookbackError {
  override name = "ArgumentError";
}

/** A file or buffer that is not what it should be: damaged, truncated, of another format. */
export class FormatError extends LookbackError {
  override name = "FormatError";
}

/** Data that cannot be worked with as they are: not a number, too few rows, irregular timestamps. */
export class DataError extends LookbackError {
  override name = "DataError";
}

/** The engine's memory cannot hold what was asked for. */
export class OutOfMemoryError extends LookbackError {
  override name = "OutOfMemoryError";
  constructor(
    message: string,
    /** Bytes asked for. */
    readonly requested: number,
    /** Bytes in use when it was asked. */
    readonly inUse: number,
  ) {
    super(message);
  }
}

/** Work that was interrupted by an AbortSignal. Nothing is lost: `checkpoint` continues it. */
export class AbortError extends LookbackError {
  override name = "AbortError";
}
