const names: Record<string, string> = {
  minirocket: "MiniRocket",
  cnn: "the tutorial's CNN",
  "cnn-published": "the tutorial's CNN as published",
  "time-cnn": "Time-CNN",
  fcn: "FCN",
  resnet: "ResNet",
  "inception-time": "InceptionTime",
  rnn: "RNN",
  lstm: "LSTM",
  gru: "GRU",
  "lstm-fcn": "LSTM-FCN",
  "nearest-euclidean": "nearest neighbour",
  "nearest-dtw": "nearest neighbour with warping",
  majority: "majority class",
};

const modelName = (name: string): string => names[name] ?? name;
const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits).replace(/\.0$/, "")} %` : "–";

/** Every sentence of `lookback classify`, in English, the pattern for other languages. */
export const classifyEn = {
  modelName,
  percent,
  meaning: (name: string): string =>
    ({
      majority: "gives every sequence the most frequent class",
      "nearest-euclidean": "the class of the most similar training sequence, step by step",
      "nearest-dtw": "the class of the most similar training sequence, time stretched to fit",
    })[name] ?? "",
  terminal: {
    data: (
      file: string,
      sequences: number,
      classes: number,
      channels: number,
      shortest: number,
      longest: number,
    ): string =>
      `${file}: ${count(sequences, "sequence")} of ${count(classes, "class", "classes")}, ${count(channels, "channel")}, ${shortest === longest ? count(longest, "step") : `${shortest} to ${longest} steps`}.`,
    test: (file: string, sequences: number): string =>
      `${file}: ${count(sequences, "sequence")} for the test.`,
    validated: (folds: number): string =>
      `Cross-validation on the training part, ${count(folds, "fold")}: each sequence judged by a model that has not seen it`,
    tested: (from: "test" | "cross-validation", sequences: number): string =>
      from === "test"
        ? `Test on ${count(sequences, "sequence")}`
        : `Judged by the cross-validation, as there is no test file`,
    columns: {
      model: "model",
      accuracy: "accuracy",
      balanced: "balanced",
      f1: "macro F1",
      logLoss: "log loss",
      auc: "ROC AUC",
      seconds: "seconds",
    },
    is: "is ↓, taken for →",
    left: (name: string, why: string, _seconds: number | null): string =>
      `Not cross-validated: ${modelName(name)}, as ${why}.`,
    written: "Written",
    validating: (model: string, fold: number, folds: number): string =>
      `cross-validation ${fold}/${folds}, ${modelName(model)}`,
    training: (model: string): string => `training ${modelName(model)}`,
    testing: (model: string): string => `testing ${modelName(model)}`,
    explaining: "looking at what it looked at",
    predicted: (file: string, sequences: number, model: string): string =>
      `${file}: ${count(sequences, "sequence")}, classified by ${modelName(model)}.`,
    sure: (label: string, sequences: number, mean: string): string =>
      `${label}: ${count(sequences, "sequence")}, mean probability ${mean}`,
    unsure: (sequences: number): string =>
      `${count(sequences, "sequence")} ${sequences === 1 ? "has" : "have"} a probability below 60 %: look at ${sequences === 1 ? "it" : "them"} by hand.`,
  },
  verdict: {
    right: (model: string, right: number, all: number, from: "test" | "cross-validation"): string =>
      `${modelName(model)} was right about ${right.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} ${from === "test" ? "test sequences" : "sequences that it had not seen"} (${percent(right / all)}).`,
    beats: (rival: string, accuracy: number): string =>
      `That beats the ${modelName(rival)} (${percent(accuracy)}).`,
    beatsBoth: (rival: string, accuracy: number, majority: number): string =>
      `That beats the ${modelName(rival)} (${percent(accuracy)}) and the majority class (${percent(majority)}).`,
    chance: (rival: string, accuracy: number): string =>
      `The ${modelName(rival)} has ${percent(accuracy)}: with so few sequences, the difference may be chance.`,
    loses: (rival: string, accuracy: number): string =>
      `The ${modelName(rival)} does better (${percent(accuracy)}), so this model is not worth its trouble.`,
    nothing: (majority: number): string =>
      `That is not better than always saying the most frequent class (${percent(majority)}): it has learned nothing that helps.`,
    confused: (actual: string, predicted: string, n: number): string =>
      `Its most frequent mistake: “${actual}” taken for “${predicted}” (${count(n, "time")}).`,
    trust: (error: number): string =>
      error < 0.05
        ? `Its probabilities can be believed: they are off by ${percent(error)} on average.`
        : `Its probabilities are off by ${percent(error)} on average; see the calibration before relying on them.`,
    small: (n: number): string =>
      `With ${count(n, "sequence")} judged, one more or less right is ${percent(1 / n)}.`,
  },
  plot: {
    classes: "Examples of each class",
    classesHow: "Training sequences; the thick line is their mean.",
    classesMany: "One training sequence of each class; a channel has the same scale in all of them.",
    step: "step",
    confusion: "What was taken for what",
    is: "true class",
    said: "predicted class",
    calibration: "How far its probabilities can be believed",
    stated: "stated probability",
    right: "share that was right",
    ideal: "honest",
    observed: "observed",
    sequences: "sequences",
    error: (error: number): string => `Expected calibration error ${percent(error)}.`,
    looks: "What the model looked at",
    looksHow: (kind: "activation" | "occlusion"): string =>
      kind === "activation"
        ? "Class activation maps: what speaks for the predicted class is orange, what speaks against it blue."
        : "Parts of a sequence were covered in turn: where that makes the predicted class less likely, the line is orange; where more likely, blue.",
    speaksFor: "speaks for the predicted class",
    speaksAgainst: "speaks against it",
    classTitle: (name: string, n: number): string => `class ${name} · ${count(n, "sequence")}`,
    look: (id: string, actual: string, predicted: string): string =>
      actual === predicted
        ? `class ${actual} · sequence ${id}`
        : `class ${actual}, taken for ${predicted} · sequence ${id}`,
    more: (n: number): string => `and ${count(n, "class", "classes")} more`,
  },
  report: {
    title: (file: string): string => `Classifier for ${file}`,
    test: "How good it is",
    testHow: (from: "test" | "cross-validation", n: number): string =>
      from === "test"
        ? `On the ${count(n, "sequence")} of the test file, which the model has never seen.`
        : "There was no test file, so each sequence was judged by a model trained on the other folds of the cross-validation.",
    chosen: "How it was chosen",
    chosenHow: (folds: number, forced: boolean): string =>
      `Stratified cross-validation with ${count(folds, "fold")} on the training part alone.${forced ? " The model was named on the command line." : " The first model stays unless another is right so much more often on the same sequences that it is hardly chance (McNemar)."}`,
    skipped: (name: string, why: string, _seconds: number | null): string =>
      `${modelName(name)} was not cross-validated: ${why}.`,
    looks: "What it looked at",
    classes: "The data",
    train: "training file",
    testFile: "test file",
    noTest: "none",
    sequences: "sequences",
    steps: "steps",
    channels: "channels",
    classCounts: "classes",
    made: "How it was made",
    model: "model",
    parameters: "parameters",
    seed: "seed",
    augment: "augmentation",
    yes: "yes",
    no: "no",
    mistakes: (n: number): string => `The ${count(n, "sequence")} that it got wrong`,
    row: "sequence",
    actual: "true class",
    predicted: "predicted class",
    probability: "probability",
    predictHow: "Classify more sequences with this model, without training:",
    keep: "What to keep in mind",
    caveats: (from: "test" | "cross-validation", n: number): string[] => [
      from === "test"
        ? `The figures hold for sequences like those of the test file; ${count(n, "sequence")} leave an uncertainty of about ±${percent(1 / Math.sqrt(n), 0)}.`
        : "The model was chosen by the same cross-validation that judges it, so new sequences will fare a little worse; a test file would tell.",
      "A classifier knows no “none of these”: whatever it is given, it names one of its classes.",
      "What it looked at shows what mattered to the model, not what causes the class.",
    ],
  },
};

export type ClassifyMessages = typeof classifyEn;
