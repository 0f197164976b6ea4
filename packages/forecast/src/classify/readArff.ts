import { FormatError } from "@lookback/core";
import { type ArffHeader, readAttribute } from "./arffHeader.js";
import type { LabelledSequences, Sequence } from "./sequences.js";
import { counted, numberedLines, readValues, shortened, unquoted } from "./textValues.js";

/**
 * Reads a `.arff` file of the UCR/UEA archive. With one channel a line holds the values and the label, separated by
 * commas; with several, a relational attribute holds them in quotes, channels separated by `\n`, and the label follows.
 * `?` is a missing value; as all lines have as many values as the header has attributes, `?` at the end in every
 * channel is padding, and the sequence is shorter. Format: Weka, "Attribute-Relation File Format".
 *
 * @param source the file's name, for messages.
 * @example readArff("@attribute t1 numeric\n@attribute t2 numeric\n@attribute class {a,b}\n@data\n1,2,a", "small.arff")
 * @throws FormatError naming the line: values that are no numbers, too few or too many, channels of unlike length, a
 *   label that the header does not have, attributes that are neither numbers nor the class, no sequences.
 */
export function readArff(text: string, source: string): LabelledSequences {
  const header: ArffHeader = { values: 0, relational: false, inRelation: false };
  const sequences: Sequence[] = [];
  const labels: string[] = [];
  let inData = false;
  let firstLine = 0;
  for (const [number, raw] of numberedLines(text)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("%")) continue;
    const where = `${source}, line ${number}`;
    if (!inData) {
      inData = readAttribute(line, header, where);
      continue;
    }
    const { sequence, label } = header.relational
      ? readRelational(line, header, where)
      : readPlain(line, header, where);
    const first = sequences[0];
    if (first && first.length !== sequence.length) {
      throw new FormatError(
        `${where}: the sequence has ${counted(sequence.length, "channel")}, the first one (line ${firstLine}) has ${first.length}.`,
      );
    }
    if (!first) firstLine = number;
    sequences.push(sequence);
    labels.push(header.classes!.resolve(label, where));
  }
  if (!inData)
    throw new FormatError(`${source} has no "@data" line: this is not a .arff file, or it is cut off.`);
  if (sequences.length === 0) throw new FormatError(`${source} has no sequences after "@data".`);
  const channels = sequences[0]!.map((_, index) => `channel ${index + 1}`);
  return { sequences, labels, channels, classes: header.classes!.names(), source };
}

function readPlain(line: string, header: ArffHeader, where: string) {
  if (line.startsWith("{"))
    throw new FormatError(`${where}: rows in braces (sparse .arff) are not read. Write all values.`);
  const [text, label] = header.classFirst ? splitFirst(line) : splitLast(line);
  const values = readValues(text, () => where);
  if (values.length !== header.values) {
    throw new FormatError(
      `${where}: expected ${counted(header.values, "value")} beside the label, as the header has attributes, got ${values.length}.`,
    );
  }
  return { sequence: withoutPadding([values], where), label: unquoted(label) };
}

function readRelational(line: string, header: ArffHeader, where: string) {
  const mark = line[0];
  const end = mark === '"' || mark === "'" ? line.indexOf(mark, 1) : -1;
  const rest = end < 0 ? null : /^\s*,(.*)$/.exec(line.slice(end + 1));
  if (!rest) {
    throw new FormatError(
      `${where}: expected channels in quotes, separated by \\n, then a comma and the label, got "${shortened(line)}".`,
    );
  }
  const sequence = line
    .slice(1, end)
    .split(/\\n/)
    .map((channel, index) => readValues(channel, () => `${where}, channel ${index + 1}`));
  const ragged = sequence.findIndex((channel) => channel.length !== sequence[0]!.length);
  if (ragged > 0) {
    throw new FormatError(
      `${where}: channel ${ragged + 1} has ${counted(sequence[ragged]!.length, "value")}, channel 1 has ${sequence[0]!.length}. ` +
        "All channels of a sequence need one length; write ? for values that are missing.",
    );
  }
  if (header.values > 0 && sequence[0]!.length > header.values) {
    throw new FormatError(
      `${where}: the sequence has ${counted(sequence[0]!.length, "value")}, the header's relation has ${counted(header.values, "attribute")}.`,
    );
  }
  return { sequence: withoutPadding(sequence, where), label: unquoted(rest[1]!) };
}

/** Takes off the steps at the end that are missing in every channel. */
export function withoutPadding(sequence: Sequence, where: string): Sequence {
  let length = sequence[0]?.length ?? 0;
  while (length > 0 && sequence.every((channel) => Number.isNaN(channel[length - 1]))) length--;
  if (length === 0) throw new FormatError(`${where}: all values are missing; a sequence needs at least one.`);
  return length === sequence[0]!.length ? sequence : sequence.map((channel) => channel.slice(0, length));
}

function splitLast(line: string): [string, string] {
  const quotedLabel = /,\s*(?:"[^"]*"|'[^']*')$/.exec(line);
  const comma = quotedLabel ? quotedLabel.index : line.lastIndexOf(",");
  return [line.slice(0, Math.max(0, comma)), line.slice(comma + 1)];
}

function splitFirst(line: string): [string, string] {
  const quotedLabel = /^(?:"[^"]*"|'[^']*')/.exec(line);
  const comma = line.indexOf(",", quotedLabel ? quotedLabel[0].length : 0);
  return comma < 0 ? ["", line] : [line.slice(comma + 1), line.slice(0, comma)];
}
