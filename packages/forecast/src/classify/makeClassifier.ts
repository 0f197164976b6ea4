import { ArgumentError } from "@lookback/core";
import { nearest as nearestName, quoted } from "../suggest.js";
import type { Classifier } from "./classifier.js";
import { MajorityClass } from "./majority.js";
import { MiniRocketClassifier } from "./miniRocket.js";
import { NearestNeighbor } from "./nearest.js";
import { NetworkClassifier } from "./networkClassifier.js";
import type { NetworkOptions } from "./networkOptions.js";
import { NETWORK_KINDS, type NetworkKind } from "./networks.js";

/** Options of {@link makeClassifier}: the seed is every classifier's, the others are for networks. */
export type MakeClassifierOptions = Omit<NetworkOptions, "kind">;

/** Classifiers that learn nothing but what there is to compare with. */
export const BASELINE_CLASSIFIERS: readonly string[] = ["majority", "nearest-euclidean", "nearest-dtw"];

/** The names of all classifiers. */
export const CLASSIFIERS: readonly string[] = ["minirocket", ...NETWORK_KINDS, ...BASELINE_CLASSIFIERS];

/** Whether a name is that of a neural network. */
export function isNetworkKind(name: string): name is NetworkKind {
  return (NETWORK_KINDS as readonly string[]).includes(name);
}

/**
 * A classifier by its name. Options that are not its own are ignored, so that one set of them can serve several.
 *
 * @example const classifier = makeClassifier("inception-time", { seed: 1, ensemble: 5 });
 * @throws ArgumentError for a name that there is not, and an option out of range.
 */
export function makeClassifier(name: string, options: MakeClassifierOptions = {}): Classifier {
  if (isNetworkKind(name)) return new NetworkClassifier({ ...options, kind: name });
  switch (name) {
    case "minirocket":
      return new MiniRocketClassifier(options.seed === undefined ? {} : { seed: options.seed });
    case "nearest-dtw":
      return new NearestNeighbor({ distance: "dtw" });
    case "nearest-euclidean":
      return new NearestNeighbor({ distance: "euclidean" });
    case "majority":
      return new MajorityClass();
  }
  const close = nearestName(name, CLASSIFIERS);
  throw new ArgumentError(
    `There is no classifier "${name}".${close === undefined ? "" : ` Did you mean "${close}"?`} There are ${quoted(CLASSIFIERS)}.`,
  );
}
