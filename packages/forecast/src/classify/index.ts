export { activationMap, hasActivationMap } from "./activationMap.js";
export {
  AUTO_CANDIDATES,
  type ChooseClassifierOptions,
  type ClassifierChoice,
  chooseClassifier,
  defaultBudget,
  type SkippedCandidate,
} from "./autoClassifier.js";
export * from "./classificationMetrics.js";
export { type Classifier, type ClassifyOptions, mostLikely } from "./classifier.js";
export { loadClassifier } from "./classifierFile.js";
export type { ClassifierStream } from "./classifierStream.js";
export {
  type CrossValidation,
  type CrossValidationOptions,
  type CrossValidationProgress,
  crossValidate,
  stratifiedFolds,
} from "./crossValidate.js";
export { fittingSeconds } from "./fittingTime.js";
export { MajorityClass } from "./majority.js";
export {
  BASELINE_CLASSIFIERS,
  CLASSIFIERS,
  isNetworkKind,
  type MakeClassifierOptions,
  makeClassifier,
} from "./makeClassifier.js";
export { MiniRocketClassifier } from "./miniRocket.js";
export type { MiniRocketOptions } from "./miniRocketOptions.js";
export { NearestNeighbor, type NearestNeighborOptions, warpingWork } from "./nearest.js";
export { NetworkClassifier } from "./networkClassifier.js";
export type { NetworkOptions } from "./networkOptions.js";
export type { NetworkKind } from "./networks.js";
export { occlusionMap } from "./occlusionMap.js";
export { readArff } from "./readArff.js";
export { readTs } from "./readTs.js";
export { type LabelledSequences, lengthOf, type Sequence, sortedClasses } from "./sequences.js";
export {
  type SequencesFromTableOptions,
  sequencesFromTable,
  type TableSequences,
} from "./sequencesFromTable.js";
export { checkTestData, checkTrainingData, classCounts } from "./trainTest.js";
