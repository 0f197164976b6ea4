import { type LayerWeights, type PackedWeights, packedWeights } from "../ops/recurrentLayer.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Parameter } from "./module.js";

type Suffix = "" | "_reverse";

/** PyTorch's parameter names, `weight_ih_l0` and so on. */
export interface LayerParameters {
  [name: `weight_ih_l${number}${Suffix}` | `weight_hh_l${number}${Suffix}`]: Parameter;
  [name: `bias_ih_l${number}${Suffix}` | `bias_hh_l${number}${Suffix}`]: Parameter | undefined;
  [name: `weight_hr_l${number}${Suffix}`]: Parameter | undefined;
}

/** One layer in one direction: the names of its parameters, and its packed weights, which survive between calls. */
export class Slot {
  readonly direction: "forward" | "reverse";
  readonly packed: PackedWeights = packedWeights();
  readonly weightIh: `weight_ih_l${number}${Suffix}`;
  readonly weightHh: `weight_hh_l${number}${Suffix}`;
  readonly biasIh: `bias_ih_l${number}${Suffix}`;
  readonly biasHh: `bias_hh_l${number}${Suffix}`;
  readonly weightHr: `weight_hr_l${number}${Suffix}`;

  constructor(
    readonly layer: number,
    reverse: boolean,
  ) {
    this.direction = reverse ? "reverse" : "forward";
    const suffix = reverse ? "_reverse" : "";
    this.weightIh = `weight_ih_l${layer}${suffix}`;
    this.weightHh = `weight_hh_l${layer}${suffix}`;
    this.biasIh = `bias_ih_l${layer}${suffix}`;
    this.biasHh = `bias_hh_l${layer}${suffix}`;
    this.weightHr = `weight_hr_l${layer}${suffix}`;
  }

  /** This slot's weights in a layer; their tensors are added to `inputs` in the order in which gradients come back. */
  weights(owner: LayerParameters, inputs: Tensor[]): LayerWeights {
    const wIh = owner[this.weightIh]!;
    const wHh = owner[this.weightHh]!;
    const bIh = owner[this.biasIh];
    const bHh = owner[this.biasHh];
    const wHr = owner[this.weightHr];
    inputs.push(wIh, wHh);
    if (bIh && bHh) inputs.push(bIh, bHh);
    if (wHr) inputs.push(wHr);
    return {
      wIh: wIh.array,
      wHh: wHh.array,
      bIh: bIh?.array ?? null,
      bHh: bHh?.array ?? null,
      wHr: wHr?.array ?? null,
    };
  }
}

/** Layers and directions in PyTorch's order: l0, l0_reverse, l1, … */
export function makeSlots(numLayers: number, bidirectional: boolean): Slot[] {
  const slots: Slot[] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    slots.push(new Slot(layer, false));
    if (bidirectional) slots.push(new Slot(layer, true));
  }
  return slots;
}
