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
  /** During backward: the gradients that have arrived, one for each output. */
  grads: (NDArray | null)[] | null = null;
  /** Which of them are sums that nobody else refers to. */
  owned: boolean[] = [];
  /** Which backward has met this node already. */
  seen = 0;
  #op: OpResult | null;
  readonly #needs: readonly boolean[];
  constructor(
    readonly name: string,
    op: OpResult,
    /** One for each input of the operation; null where no gradient is wanted. */
    readonly edges: readonly (GradEdge | null)[],
  ) {
    this.#op = op;
    this.#needs = edges.map((edge) => edge !== null);
  }

  run(grads: readonly (NDArray | null)[]): (NDArray | null)[] {
    if (!this.#op) {
      throw new LookbackError(
        `backward: the graph behind this tensor was freed by an earlier backward() (first seen at ${this.name}). Pass { retainGraph: true } to the first call to go through it twice.`,
      );
    }
    return this.#op.backward(grads, this.#needs);
  }

  free(): void {
    this.#op?.release?.();
    this.#op = null;
  }
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
  const queue = collect(root);
  engine().memory.scope(
    () => {
      try {
        deliver(root, output, seed);
        for (const node of queue) runNode(node);
        if (!options.retainGraph) for (const node of queue) node.free();
      } finally {
        // An operation that threw leaves gradients behind, which the scope frees.
        for (const node of queue) node.grads = null;
      }
    },
    () => [],
  );
}

function runNode(node: GradNode): void {
  if (!node.grads) return;
  const grads = node.run(node.grads);
  node.grads = null;
  for (let i = 0; i < node.edges.length; i++) {
    const edge = node.edges[i];
    const grad = grads[i];
    if (!edge || !grad) continue;
    if ("leaf" in edge) edge.leaf.accumulateGrad(grad);
    else deliver(edge.node, edge.output, grad);
  }
}

let walks = 0;

/** All nodes that `root` depends on, every node before its inputs. */
function collect(root: GradNode): GradNode[] {
  const walk = ++walks;
  root.seen = walk;
  const found = [root];
  for (const node of found) {
    for (const edge of node.edges) {
      if (!edge || "leaf" in edge || edge.node.seen === walk) continue;
      edge.node.seen = walk;
      found.push(edge.node);
    }
  }
  return found.sort((a, b) => b.id - a.id);
}

function deliver(node: GradNode, output: number, grad: NDArray): void {
  if (!node.grads) {
    node.grads = [];
    node.owned = [];
  }
  const before = node.grads[output];
  if (!before) {
    node.grads[output] = grad;
  } else if (node.owned[output]) {
    engine().kernels.axpy(before.size, 1, grad.address, before.address);
  } else {
    node.grads[output] = binaryForward("add", before, grad);
    node.owned[output] = true;
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
