import { FormatError } from "@lookback/core";
import type { Classifier } from "./classifier.js";
import { type ClassifierFile, openClassifier } from "./fileParts.js";
import { MajorityClass } from "./majority.js";
import { MiniRocketClassifier } from "./miniRocket.js";
import { readMiniRocket } from "./miniRocketFile.js";
import { NearestNeighbor } from "./nearest.js";
import { NetworkClassifier } from "./networkClassifier.js";
import { readNetwork } from "./networkFile.js";

/** How a file of each kind becomes a classifier. */
const READERS: Readonly<Record<string, (file: ClassifierFile) => Classifier>> = {
  majority: MajorityClass.from,
  nearest: NearestNeighbor.from,
  minirocket: (file) => MiniRocketClassifier.from(readMiniRocket(file)),
  network: (file) => NetworkClassifier.from(readNetwork(file)),
};

/**
 * The classifier of a file that a `save()` made, of any kind. It gives the same bits as the one that was saved.
 *
 * @param source names the file in messages.
 * @throws FormatError when the file is damaged, or of another kind.
 * @example const classifier = loadClassifier(await readFile("model.safetensors"), "model.safetensors");
 */
export function loadClassifier(bytes: Uint8Array, source = "the file"): Classifier {
  const file = openClassifier(bytes, source);
  const read = Object.hasOwn(READERS, file.kind) ? READERS[file.kind] : undefined;
  if (read) return read(file);
  throw new FormatError(
    `${source} holds a classifier of kind "${file.kind}", which this version of Lookback does not know. Known are ${Object.keys(READERS).join(", ")}.`,
  );
}
