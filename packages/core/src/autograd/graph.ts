import { engine } from "../engine/engine.js";
import { LookbackError, ShapeError } from "../errors.js";
import { binaryForward } from "../ops/broadcast.js";
import { clone, full, type NDArray, type OpResult } from "../ops/ndarray.js";
import { formatShape, sameShape } from "../shape.js";

/** Where a gradient goes: to an output of the node that made a tensor, or into a leaf's `grad`. */
export type GradEdge = { node: GradNode; output: number } | { leaf: GradLeaf };

/** A tensor that the user made and wants the gradient of. */
export interface GradLeaf {
  accumulateGrad(grad: NDArray): void;
}

let nextId = 0;

/** One operation that ran: how gradients flow back through it, and to where. */
export class GradNode {
  /** Grows with time, so a node's inputs always have smaller ones: descending order is a topological order. */
  readonly id = nextId++;
  #op: OpResult | null;
  constructor(
    readonly name: string,
    op: OpResult,
    /** One for each input of the operation; null where no gradient is wanted. */
    readonly edges: readonly (GradEdge | null)[],
  ) {
    this.#op = op;
  }

  run(grads: readonly (NDArray | null)[]): (NDArray | null)[] {
    if (!this.#op) {
      throw new LookbackError(
        `backward: the graph behind this tensor was freed by an earlier backward() (first seen at ${this.name}). Pass { retainGraph: true } to the first call to go through it twice.`,
      );
    }
    return this.#op.backward(
      grads,
      this.edges.map((edge) => edge !== null),
    );
  }

  free(): void {
    this.#op?.release?.();
    this.#op = null;
  }
}

/** Gradients on their way to a node, one for each output; `owned` marks sums that nobody else refers to. */
interface Pending {
  node: GradNode;
  grads: (NDArray | null)[];
  owned: boolean[];
}

export interface BackwardOptions {
  /** Keeps what the operations saved, so that backward can run again. Default false. */
  retainGraph?: boolean;
}

/**
 * Reverse-mode differentiation: carries `seed` from output `output` of `root` to every leaf that it depends on.
 * Everything made on the way is freed before it returns, save the leaves' own gradients.
 */
export function backward(root: GradNode, output: number, seed: NDArray, options: BackwardOptions = {}): void {
  engine().memory.scope(
    () => {
      const pending = new Map<GradNode, Pending>();
      const queue = collect(root);
      deliver(pending, root, output, seed);
      for (const node of queue) {
        const entry = pending.get(node);
        if (!entry) continue;
        const grads = node.run(entry.grads);
        node.edges.forEach((edge, i) => {
          const grad = grads[i];
          if (!edge || !grad) return;
          if ("leaf" in edge) edge.leaf.accumulateGrad(grad);
          else deliver(pending, edge.node, edge.output, grad);
        });
        pending.delete(node);
      }
      if (!options.retainGraph) for (const node of queue) node.free();
    },
    () => [],
  );
}

/** All nodes that `root` depends on, every node before its inputs. */
function collect(root: GradNode): GradNode[] {
  const seen = new Set([root]);
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const edge of node.edges) {
      if (edge && "node" in edge && !seen.has(edge.node)) {
        seen.add(edge.node);
        stack.push(edge.node);
      }
    }
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

function deliver(pending: Map<GradNode, Pending>, node: GradNode, output: number, grad: NDArray): void {
  let entry = pending.get(node);
  if (!entry) pending.set(node, (entry = { node, grads: [], owned: [] }));
  const before = entry.grads[output];
  if (!before) {
    entry.grads[output] = grad;
  } else if (entry.owned[output]) {
    engine().kernels.axpy(before.size, 1, grad.address, before.address);
  } else {
    entry.grads[output] = binaryForward("add", before, grad);
    entry.owned[output] = true;
  }
}

/** The gradient that backward starts from: given, or 1 for a tensor of one element. */
export function seedGradient(of: NDArray, given: NDArray | null): NDArray {
  if (given) {
    if (!sameShape(given.shape, of.shape)) {
      throw new ShapeError(
        `backward: the gradient has shape ${formatShape(given.shape)}, expected that of the tensor, ${formatShape(of.shape)}`,
      );
    }
    return given;
  }
  if (of.size !== 1) {
    throw new ShapeError(
      `backward: only a tensor of one element can start without a gradient, this one has shape ${formatShape(of.shape)}. Reduce it with mean() or sum(), or pass a gradient of its shape.`,
    );
  }
  return full(of.shape, 1);
}

/** A copy that outlives every scope: what a leaf keeps. */
export function persistentCopy(x: NDArray): NDArray {
  return engine().memory.persistent(() => clone(x));
}

let recording = true;

/** Whether operations are being recorded for backward. */
export function isGradEnabled(): boolean {
  return recording;
}

/**
 * Runs `work` without recording anything for backward: for evaluation, and for changing parameters by hand.
 *
 * @example const prediction = noGrad(() => model.forward(x));
 */
export function noGrad<T>(work: () => T): T {
  const before = recording;
  recording = false;
  try {
    const result = work();
    if (result instanceof Promise) {
      throw new LookbackError(
        "noGrad: the function is asynchronous, and other work could run unrecorded while it waits. Put noGrad around the synchronous parts instead.",
      );
    }
    return result;
  } finally {
    recording = before;
  }
}
