import { ArgumentError, LookbackError } from "../errors.js";
import { refuseOptions } from "../options.js";
import { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/**
 * Modules one after another: each takes what the one before it gives.
 *
 * Made from modules, whose parameters are then "0.weight", "1.weight" …, or from a record that names them. Every module
 * takes one tensor and gives one: put others (LSTM) into a Module of your own.
 *
 * @example
 * new nn.Sequential(new nn.Conv1d(15, 64, 2), new nn.ReLU(), new nn.MaxPool1d(2, { stride: 1 }));
 * new nn.Sequential({ conv: new nn.Conv1d(15, 64, 2), act: new nn.ReLU() }); // "conv.weight", "conv.bias"
 */
export class Sequential extends Module {
  readonly #children: [name: string, module: Module][];

  constructor(named: Record<string, Module>);
  constructor(...modules: Module[]);
  constructor(...given: [Record<string, Module>] | Module[]) {
    super();
    const [first] = given;
    if (given.length === 1 && first !== undefined && !(first instanceof Module)) {
      this.#children = Object.entries(first);
    } else this.#children = (given as Module[]).map((module, i) => [String(i), module]);
    for (const [name, module] of this.#children) checkChild("Sequential", name, module);
  }

  /** How many modules there are. */
  get length(): number {
    return this.#children.length;
  }
  /** A module by its position; negative positions count from the end. */
  at(index: number): Module | undefined {
    return this.#children.at(index)?.[1];
  }
  [Symbol.iterator](): Iterator<Module> {
    return this.#children.map(([, module]) => module)[Symbol.iterator]();
  }
  /** Adds a module at the end. */
  append(module: Module): this {
    checkChild("Sequential", String(this.length), module);
    this.#children.push([String(this.length), module]);
    return this;
  }

  override *namedChildren(): Iterable<[string, Module]> {
    yield* this.#children;
    yield* super.namedChildren();
  }

  override forward(x: Tensor): Tensor {
    for (const [name, module] of this.#children) {
      x = module.forward(x);
      if (!(x instanceof Tensor)) {
        throw new ArgumentError(
          `Sequential: module "${name}" (${(module as Module).constructor.name}) gave something else than one tensor; put it into a Module of your own that picks one`,
        );
      }
    }
    return x;
  }
}

/**
 * Modules in a list that your own `forward` goes through. Their parameters are "0.weight", "1.weight" … below the list's
 * name. (A plain array of modules as a field does the same.)
 *
 * @example
 * class Net extends nn.Module {
 *   layers = new nn.ModuleList([new nn.Linear(3, 3), new nn.Linear(3, 3)]);
 *   forward(x: Tensor) {
 *     for (const layer of this.layers) x = layer.forward(x);
 *     return x;
 *   }
 * }
 */
export class ModuleList<M extends Module = Module> extends Module {
  readonly #children: M[] = [];

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  /** How many modules there are. */
  get length(): number {
    return this.#children.length;
  }
  /** A module by its position; negative positions count from the end. */
  at(index: number): M | undefined {
    return this.#children.at(index);
  }
  [Symbol.iterator](): Iterator<M> {
    return this.#children[Symbol.iterator]();
  }
  append(module: M): this {
    return this.insert(this.length, module);
  }
  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }
  /** Puts a module before the one at `index`. */
  insert(index: number, module: M): this {
    checkChild("ModuleList", String(index), module);
    this.#children.splice(index, 0, module);
    return this;
  }

  override *namedChildren(): Iterable<[string, Module]> {
    for (const [i, module] of this.#children.entries()) yield [String(i), module];
    yield* super.namedChildren();
  }

  override forward(): never {
    throw new LookbackError("ModuleList: a list has no forward of its own; call its modules' in yours");
  }
}

function checkChild(container: string, name: string, module: unknown): void {
  if (!(module instanceof Module))
    throw new ArgumentError(`${container}: expected a Module at "${name}", got ${typeof module}`);
  if (name === "" || name.includes("."))
    throw new ArgumentError(
      `${container}: a module's name must not be empty or contain a dot, got "${name}"`,
    );
}

/**
 * y = x. Stands where a module is optional.
 *
 * @example new nn.Identity().forward(x) // x
 */
export class Identity extends Module {
  override forward<T>(x: T): T {
    return x;
  }
}

export interface FlattenOptions {
  /** The first dimension to join. Default 1, which keeps the batch apart. */
  startDim?: number;
  /** The last dimension to join, included. Default −1, the last. */
  endDim?: number;
}

/**
 * Joins the dimensions from startDim to endDim into one.
 *
 * Shapes: x [N, C, L] → [N, C·L] by default. Throws ArgumentError where the dimensions do not exist or startDim comes
 * after endDim.
 *
 * @example new nn.Flatten().forward(rand([4, 128, 20])).shape // [4, 2560]
 */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;
  constructor({ startDim = 1, endDim = -1, ...left }: FlattenOptions = {}) {
    super();
    refuseOptions("Flatten", left, ["startDim", "endDim"]);
    this.startDim = startDim;
    this.endDim = endDim;
  }
  override forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }
}
