import { engine } from "../engine/engine.js";
import { ArgumentError, type LookbackError } from "../errors.js";
import { Table } from "../ops/table.js";
import { refuseOptions } from "../options.js";
import { formatShape, sameShape } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";

/** A tensor that a module learns. Lives as long as the module, whatever scope it was made in. */
export class Parameter extends Tensor {
  constructor(values: Tensor) {
    super(values.array);
    this.requiresGrad = true;
  }
}

/** Makes a parameter that outlives every scope. `make` draws or computes its values. */
export function parameter(make: () => Tensor): Parameter {
  return engine().memory.persistent(() => new Parameter(make()));
}

/** Names of parameters and buffers, with their elements. */
export type StateDict = Record<string, Tensor>;

/** What `loadStateDict` found. */
export interface LoadReport {
  /** Keys that the module has and the state does not. */
  missing: string[];
  /** Keys that the state has and the module does not. */
  unexpected: string[];
}

/**
 * The base of every layer and model. Parameters, buffers and submodules are simply its fields (also inside arrays of
 * modules): nothing is registered. `forward` is yours to write.
 *
 * @example
 * class Net extends nn.Module {
 *   lstm = new nn.LSTM(3, 6, { numLayers: 2 });
 *   head = new nn.Linear(6, 1);
 *   forward(x: Tensor) {
 *     const [output] = this.lstm.forward(x);
 *     return this.head.forward(output);
 *   }
 * }
 */
export abstract class Module {
  /** Whether layers that differ between training and use (dropout, batch normalisation) are to train. */
  training = true;

  /** Nothing is to be told: a class without a constructor of its own, such as ReLU, takes no options. */
  constructor(...options: never[]) {
    const [first] = options as unknown[];
    if (typeof first === "object" && first !== null) refuseOptions(this.constructor.name, first, []);
  }

  // biome-ignore lint/suspicious/noExplicitAny: every module has its own inputs and outputs
  abstract forward(...inputs: any[]): any;

  /** Submodules by field name, in the order of their declaration. */
  *namedChildren(): Iterable<[string, Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [i, item] of value.entries()) if (item instanceof Module) yield [`${name}.${i}`, item];
      }
    }
  }

  /** This module and all below it, parents first. */
  *modules(): Iterable<Module> {
    yield this;
    for (const [, child] of this.namedChildren()) yield* child.modules();
  }

  *namedParameters(prefix = ""): Iterable<[string, Parameter]> {
    for (const [name, value] of Object.entries(this))
      if (value instanceof Parameter) yield [prefix + name, value];
    for (const [name, child] of this.namedChildren()) yield* child.namedParameters(`${prefix}${name}.`);
  }

  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** Tensors that belong to the state but are not learned: fields that are tensors and not parameters. */
  *namedBuffers(prefix = ""): Iterable<[string, Tensor]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Tensor && !(value instanceof Parameter)) yield [prefix + name, value];
    }
    for (const [name, child] of this.namedChildren()) yield* child.namedBuffers(`${prefix}${name}.`);
  }

  /** How many numbers the module learns. */
  parameterCount(): number {
    return this.parameters().reduce((sum, p) => sum + p.numel, 0);
  }

  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Sets every gradient to zero, in place; `setToNone` drops them instead. */
  zeroGrad({ setToNone = false, ...left }: { setToNone?: boolean } = {}): void {
    refuseOptions("zeroGrad", left, ["setToNone"]);
    zeroGradients(this.parameters(), setToNone);
  }

  /** Parameters and buffers under PyTorch's keys. The tensors are the module's own, not copies. */
  stateDict(): StateDict {
    const state: StateDict = {};
    const visit = (module: Module, prefix: string) => {
      const own = Object.entries(module).filter(([, value]) => value instanceof Tensor) as [string, Tensor][];
      // PyTorch lists a module's parameters before its buffers.
      for (const learned of [true, false]) {
        for (const [name, value] of own)
          if (value instanceof Parameter === learned) state[prefix + name] = value;
      }
      for (const [name, child] of module.namedChildren()) visit(child, `${prefix}${name}.`);
    };
    visit(this, "");
    return state;
  }

  /**
   * Copies a state into this module's own tensors.
   *
   * With `strict` (the default) the keys must match exactly; otherwise what matches is loaded and the rest reported.
   * Shapes must match either way. Nothing is copied unless everything fits.
   */
  loadStateDict(state: StateDict, { strict = true, ...left }: { strict?: boolean } = {}): LoadReport {
    refuseOptions("loadStateDict", left, ["strict"]);
    const own = this.stateDict();
    const missing = Object.keys(own).filter((key) => !(key in state));
    const unexpected = Object.keys(state).filter((key) => !(key in own));
    const problems: string[] = [];
    if (strict && missing.length > 0) problems.push(`missing ${missing.join(", ")}`);
    if (strict && unexpected.length > 0) problems.push(`unexpected ${unexpected.join(", ")}`);
    for (const [key, mine] of Object.entries(own)) {
      const theirs = state[key];
      if (theirs && !sameShape(theirs.shape, mine.shape)) {
        problems.push(`${key} has shape ${formatShape(theirs.shape)}, expected ${formatShape(mine.shape)}`);
      }
    }
    if (problems.length > 0) {
      throw new ArgumentError(
        `loadStateDict: the state does not fit this ${this.constructor.name}: ${problems.join("; ")}. ` +
          "Build the module with the sizes that the state was saved with, or pass { strict: false } to load only the keys that match.",
      );
    }
    for (const [key, mine] of Object.entries(own)) if (state[key]) mine.copy_(state[key]);
    return { missing, unexpected };
  }
}

/** Zeros gradients in place, or drops them. */
export function zeroGradients(parameters: Iterable<Tensor>, setToNone: boolean): void {
  const list = [...parameters];
  const table = new Table(list.length, 2);
  let count = 0;
  for (const p of list) {
    if (p.grad === null) continue;
    if (setToNone) {
      p.grad = null;
      continue;
    }
    table.whole(p.numel).whole(p.grad.array.address);
    count++;
  }
  engine().kernels.zeroMany(count, table.address);
  table.release();
}

/** The error for an input whose last dimension is not what a layer was built for. */
export function wrongFeatures(
  layer: string,
  got: number,
  expected: number,
  shape: readonly number[],
  dims: string,
): LookbackError {
  return new ArgumentError(
    `${layer}: input has ${got} features, expected ${expected} (shape ${formatShape(shape)}, dims ${dims})`,
  );
}
