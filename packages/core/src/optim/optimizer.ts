import { engine } from "../engine/engine.js";
import { ArgumentError, FormatError } from "../errors.js";
import { zeroGradients } from "../nn/module.js";
import { type NDArray, zeros } from "../ops/ndarray.js";
import { Table } from "../ops/table.js";
import { refuseOptions } from "../options.js";
import { Tensor } from "../tensor/tensor.js";

/** Parameters that share options, such as a learning rate of their own. */
export type ParamGroup<Options> = { params: Tensor[] } & Options;

/** What a constructor accepts: parameters, or groups of them with options that differ from the optimizer's. */
export type ParamsInput<Options> =
  | Iterable<Tensor>
  | Iterable<{ params: Iterable<Tensor> } & Partial<Options>>;

/** What an optimizer keeps for one parameter: whole numbers, and arrays of the parameter's shape. */
export interface ParamState {
  step: number;
  arrays: Record<string, NDArray>;
}

/** An optimizer's state, to be saved beside the model's and loaded again. */
export interface OptimizerState<Options> {
  /** By index of the parameter, in the order in which the optimizer was given them. */
  state: Record<number, { step: number; arrays: Record<string, Tensor> }>;
  paramGroups: ({ params: number[] } & Options)[];
}

/** The base of every optimizer: groups of parameters, and what is remembered about each parameter. */
export abstract class Optimizer<Options extends { lr: number }> {
  readonly paramGroups: ParamGroup<Options>[];
  protected readonly states = new Map<Tensor, ParamState>();

  /** `options` change some of the `defaults`, which name all options that there are; a group may change them again. */
  constructor(params: ParamsInput<Options>, defaults: Options, options: Partial<Options> = {}) {
    const name = this.constructor.name;
    const known = Object.keys(defaults);
    refuseOptions(name, options, known);
    const given = [...(params as Iterable<Tensor | ({ params: Iterable<Tensor> } & Partial<Options>)>)];
    if (given.length === 0) throw new ArgumentError(`${name}: got no parameters to optimize`);
    const groups = given.every((item) => item instanceof Tensor)
      ? [{ params: given as Tensor[], ...defaults, ...options }]
      : (given as ({ params: Iterable<Tensor> } & Partial<Options>)[]).map(({ params, ...own }) => {
          refuseOptions(name, own, known);
          return { ...defaults, ...options, ...own, params: [...params] };
        });
    const seen = new Set<Tensor>();
    for (const group of groups) {
      this.checkOptions(group);
      for (const p of group.params) {
        if (!(p instanceof Tensor) || !p.isLeaf || !p.requiresGrad) {
          throw new ArgumentError(
            `${name}: can only optimize leaf tensors with requiresGrad, such as model.parameters()`,
          );
        }
        if (seen.has(p)) throw new ArgumentError(`${name}: a parameter appears twice`);
        seen.add(p);
      }
    }
    this.paramGroups = groups as ParamGroup<Options>[];
  }

  /** Throws when an option is out of range. */
  protected abstract checkOptions(options: Options): void;
  /** Columns of a parameter's row in the table that the kernel reads. */
  protected abstract readonly columns: number;
  /** Writes a parameter's row: its size, its address, its gradient's, and what is kept for it. */
  protected abstract addRow(
    table: Table,
    param: Tensor,
    grad: NDArray,
    state: ParamState,
    options: Options,
  ): void;
  /** Updates `count` parameters in place. */
  protected abstract update(count: number, table: number, options: Options): void;

  /** One step with the gradients that `backward()` left. Parameters without a gradient stay as they are. */
  step(): void {
    for (const group of this.paramGroups) {
      const table = new Table(group.params.length, this.columns);
      let count = 0;
      for (const param of group.params) {
        if (!param.grad) continue;
        let state = this.states.get(param);
        if (!state) this.states.set(param, (state = { step: 0, arrays: {} }));
        state.step++;
        this.addRow(table, param, param.grad.array, state, group);
        param.array.block.version++;
        count++;
      }
      this.update(count, table.address, group);
      table.release();
    }
  }

  /** Sets every gradient to zero, in place; `setToNone` drops them instead. */
  zeroGrad({ setToNone = false, ...left }: { setToNone?: boolean } = {}): void {
    refuseOptions("zeroGrad", left, ["setToNone"]);
    for (const group of this.paramGroups) zeroGradients(group.params, setToNone);
  }

  /** An array of the parameter's shape that lives as long as the optimizer: zeros when first asked for. */
  protected remember(state: ParamState, name: string, param: Tensor): NDArray {
    return (state.arrays[name] ??= engine().memory.persistent(() => zeros(param.shape)));
  }

  stateDict(): OptimizerState<Options> {
    let index = 0;
    const state: OptimizerState<Options>["state"] = {};
    const paramGroups = this.paramGroups.map((group) => {
      const numbers = group.params.map((param) => {
        const own = this.states.get(param);
        if (own) {
          const arrays = Object.entries(own.arrays).map(([key, array]) => [key, new Tensor(array)]);
          state[index] = { step: own.step, arrays: Object.fromEntries(arrays) };
        }
        return index++;
      });
      return { ...group, params: numbers } as { params: number[] } & Options;
    });
    return { state, paramGroups };
  }

  /** Takes over a state from `stateDict()` of an optimizer with as many parameters in as many groups. */
  loadStateDict(saved: OptimizerState<Options>): void {
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map((g) => g.params.length).join(", ");
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups)) {
      throw new FormatError(
        `${this.constructor.name}: the saved state has groups of ${sizes(saved.paramGroups)} parameters, expected ${sizes(this.paramGroups)}`,
      );
    }
    const params = this.paramGroups.flatMap((group) => group.params);
    for (const [index, { arrays }] of Object.entries(saved.state)) {
      const param = params[Number(index)];
      for (const [name, values] of Object.entries(arrays)) {
        if (values.numel !== param?.numel) {
          throw new FormatError(
            `${this.constructor.name}: the saved ${name} of parameter ${index} has ${values.numel} elements, expected ${param?.numel}`,
          );
        }
      }
    }
    this.states.clear();
    for (const [index, { step, arrays }] of Object.entries(saved.state)) {
      const param = params[Number(index)]!;
      const state: ParamState = { step, arrays: {} };
      for (const [name, values] of Object.entries(arrays)) {
        this.remember(state, name, param).data.set(values.array.data);
      }
      this.states.set(param, state);
    }
    saved.paramGroups.forEach(({ params: _, ...options }, i) => {
      Object.assign(this.paramGroups[i]!, options);
    });
  }
}

/** Checks that an option is a finite number of at least 0 (and below `limit`). */
export function checkRange(
  optimizer: string,
  name: string,
  value: number,
  limit = Number.POSITIVE_INFINITY,
): void {
  if (!(value >= 0 && value < limit)) {
    const range =
      limit === Number.POSITIVE_INFINITY ? "a finite number of at least 0" : `at least 0 and below ${limit}`;
    throw new ArgumentError(`${optimizer}: ${name} must be ${range}, got ${value}`);
  }
}
