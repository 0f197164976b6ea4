import { makeClassifier } from "../src/classify/makeClassifier.js";
import { classifierConformance } from "./classifier.conformance.js";

classifierConformance("minirocket", { make: () => makeClassifier("minirocket"), fewestSteps: 9 });

// One network of each build: ResNet is pooled as FCN is, and RNN and GRU are as LSTM. The published CNN is none of them:
// what it says of a sequence depends on those beside it, which no classifier should do.
const networks = { cnn: 5, "time-cnn": 9, fcn: 2, "inception-time": 2, lstm: 2, "lstm-fcn": 2 };

for (const [kind, fewestSteps] of Object.entries(networks)) {
  classifierConformance(kind, {
    make: () => makeClassifier(kind, { epochs: 1, hidden: 8 }),
    // one epoch is not for learning
    learns: 0,
    fewestSteps,
  });
}
