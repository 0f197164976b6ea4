import { ArgumentError, noGrad, scope } from "@lookback/core";
import type { Classifier } from "./classifier.js";
import { NetworkClassifier } from "./networkClassifier.js";
import { PooledNetwork } from "./networksConvolutional.js";
import { padBatch } from "./padding.js";
import { checkSequences, prepare } from "./preparation.js";
import { lengthOf, type Sequence } from "./sequences.js";

/**
 * Class activation map (Zhou et al. 2016): how much each step of a sequence speaks for a class,
 *
 *     map[t] = Σ_f weight[class, f] · features[f, t]
 *
 * with the features that the network averages over time and the weights of its linear layer. The mean of the map over
 * the steps, plus the layer's bias, is the class's logit. Of an ensemble the mean.
 *
 * @param label the class to explain. Default: the one that the classifier predicts.
 * @returns one number for each step: above 0 speaks for the class, below 0 against it.
 * @throws ArgumentError for a classifier other than fcn, resnet and inception-time, or a label that it does not know.
 * @example const map = await activationMap(classifier, sequence); // draw it over the sequence
 */
export async function activationMap(
  classifier: Classifier,
  sequence: Sequence,
  label?: string,
): Promise<Float64Array> {
  if (!(classifier instanceof NetworkClassifier)) throw noMap(classifier.name);
  const { members, standardisation, classes, sizes } = classifier.fitted;
  checkSequences(classifier.name, [sequence], sizes.channels);
  const wanted = label ?? (await classifier.predict([sequence]))[0]!;
  const index = classes.indexOf(wanted);
  if (index < 0) {
    throw new ArgumentError(
      `activationMap: ${classifier.name} knows no class "${wanted}". Its classes are ${classes.join(", ")}.`,
    );
  }
  const map = new Float64Array(lengthOf(sequence));
  const { x } = padBatch([prepare(sequence, standardisation)]);
  for (const network of members) {
    if (!(network instanceof PooledNetwork)) throw noMap(classifier.name);
    const [own] = scope(() =>
      noGrad(() => {
        const weights = network.head.weight.narrow(0, index, 1);
        return [weights.matmul(network.featureMaps(x).squeeze(0)).toTypedArray()];
      }),
    );
    for (let t = 0; t < map.length; t++) map[t] = map[t]! + own![t]! / members.length;
  }
  return map;
}

/** Whether {@link activationMap} can explain a classifier. */
export function hasActivationMap(classifier: Classifier): boolean {
  return (
    classifier instanceof NetworkClassifier &&
    classifier.fitted.members.every((network) => network instanceof PooledNetwork)
  );
}

const noMap = (name: string) =>
  new ArgumentError(
    `activationMap: a map needs a network that averages features over time, ${name} is none. Use fcn, resnet or inception-time.`,
  );
