import { FormatError } from "@lookback/core";
import { DeclaredClasses } from "./declaredClasses.js";
import type { LabelledSequences, Sequence } from "./sequences.js";
import { counted, numberedLines, readValues, shortened, unquoted } from "./textValues.js";

/** What the header of a `.ts` file says; undefined where it is silent. */
interface Header {
  univariate?: boolean;
  dimensions?: number;
  equalLength?: boolean;
  seriesLength?: number;
  classes?: DeclaredClasses;
}

/**
 * Reads a `.ts` file of the UCR/UEA archive: tags that begin with `@`, then `@data` and a sequence a line, channels
 * separated by `:`, values by `,`, the label last. `?` and `NaN` are missing values; lengths may differ between
 * lines. What the header says of dimensions, lengths and classes is checked against the data; other tags are
 * ignored. Format: Bagnall et al., arXiv:1811.00075 (2018), and the documentation of sktime.
 *
 * @param source the file's name, for messages.
 * @example readTs("@classLabel true a b\n@data\n1,2,3:a\n4,?,6:b", "small.ts")
 * @throws FormatError naming the line: values that are no numbers, channels of unlike length, a label that the header
 *   does not have, a header that does not fit the data, time stamps, no labels, no sequences.
 */
export function readTs(text: string, source: string): LabelledSequences {
  const header: Header = {};
  const sequences: Sequence[] = [];
  const labels: string[] = [];
  let inData = false;
  let firstLine = 0;
  for (const [number, raw] of numberedLines(text)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith("%")) continue;
    const where = `${source}, line ${number}`;
    if (!inData) {
      inData = readTag(line, header, where);
      continue;
    }
    if (!header.classes) throw noClasses(source);
    const { sequence, label } = readSequence(line, header, header.classes, where);
    const first = sequences[0];
    if (first && sequence.length !== first.length) {
      throw new FormatError(
        `${where}: the sequence has ${counted(sequence.length, "channel")}, the first one (line ${firstLine}) has ${first.length}. ` +
          "Every sequence needs all channels; write ? for values that are missing.",
      );
    }
    if (first && header.equalLength === true && sequence[0]!.length !== first[0]!.length) {
      throw new FormatError(
        `${where}: the header says "@equalLength true", but this sequence has ${counted(sequence[0]!.length, "value")} and ` +
          `the first one (line ${firstLine}) ${first[0]!.length}. Write "@equalLength false" if lengths differ.`,
      );
    }
    if (!first) firstLine = number;
    sequences.push(sequence);
    labels.push(label);
  }
  if (!inData)
    throw new FormatError(`${source} has no "@data" line: this is not a .ts file, or it is cut off.`);
  if (sequences.length === 0) throw new FormatError(`${source} has no sequences after "@data".`);
  const channels = sequences[0]!.map((_, index) => `channel ${index + 1}`);
  return { sequences, labels, channels, classes: header.classes!.names(), source };
}

/** Takes one line of the header in; true for `@data`. */
function readTag(line: string, header: Header, where: string): boolean {
  const [, tag = "", rest = ""] = /^@(\S*)\s*(.*)$/.exec(line) ?? [];
  if (!line.startsWith("@")) {
    throw new FormatError(
      `${where}: expected a tag such as "@classLabel" before the "@data" line, got "${shortened(line)}".`,
    );
  }
  switch (tag.toLowerCase()) {
    case "data":
      return true;
    case "univariate":
      header.univariate = readBoolean(tag, rest, where);
      break;
    case "equallength":
      header.equalLength = readBoolean(tag, rest, where);
      break;
    case "dimension":
    case "dimensions":
      header.dimensions = readCount(tag, rest, where);
      break;
    case "serieslength":
      header.seriesLength = readCount(tag, rest, where);
      break;
    case "timestamps":
      if (readBoolean(tag, rest, where)) {
        throw new FormatError(
          `${where}: the file has time stamps ("@timeStamps true"), which are not read. Write the values alone, ` +
            "or a table with columns for id, time, channels and label.",
        );
      }
      break;
    case "targetlabel":
      if (readBoolean(tag, rest, where)) {
        throw new FormatError(
          `${where}: "@targetLabel true" means numbers to predict, not classes to tell apart.`,
        );
      }
      break;
    case "classlabel":
      header.classes = readClasses(rest, where);
  }
  return false;
}

function readBoolean(tag: string, text: string, where: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  throw new FormatError(`${where}: expected "@${tag} true" or "@${tag} false", got "${shortened(text)}".`);
}

function readCount(tag: string, text: string, where: string): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : 0;
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new FormatError(`${where}: expected "@${tag}" and a whole number from 1, got "${shortened(text)}".`);
}

function readClasses(text: string, where: string): DeclaredClasses {
  const [flag = "", ...rest] = text.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  if (!readBoolean("classLabel", flag, where)) {
    throw new FormatError(
      `${where}: the file has no labels ("@classLabel false"), so there is nothing to learn.`,
    );
  }
  if (rest.length > 0) return new DeclaredClasses(rest.map(unquoted), where);
  throw new FormatError(`${where}: "@classLabel true" is not followed by the names of the classes.`);
}

function readSequence(line: string, header: Header, classes: DeclaredClasses, where: string) {
  const parts = line.split(":");
  const labelText = unquoted(parts.pop()!);
  const claimed = header.dimensions ?? (header.univariate === true ? 1 : undefined);
  if (claimed !== undefined && parts.length !== claimed) {
    const tag = header.dimensions === undefined ? "@univariate true" : `@dimensions ${claimed}`;
    throw new FormatError(
      `${where}: the header says "${tag}", but this line has ${counted(parts.length, "channel")} (parts before the label, separated by ":").`,
    );
  }
  if (parts.length === 0)
    throw new FormatError(`${where}: expected values, ":" and a label, got a label alone.`);
  const sequence = parts.map((part, index) => {
    const place = () => (parts.length === 1 ? where : `${where}, channel ${index + 1}`);
    if (part.trim() === "")
      throw new FormatError(`${place()}: there are no values; a sequence needs at least one.`);
    if (part.trimStart().startsWith("(")) {
      throw new FormatError(
        `${place()}: the values have time stamps, which are not read. Write the values alone.`,
      );
    }
    return readValues(part, place);
  });
  const { length } = sequence[0]!;
  const ragged = sequence.findIndex((channel) => channel.length !== length);
  if (ragged > 0) {
    throw new FormatError(
      `${where}: channel ${ragged + 1} has ${counted(sequence[ragged]!.length, "value")}, channel 1 has ${length}. ` +
        "All channels of a sequence need one length; write ? for values that are missing.",
    );
  }
  if (header.seriesLength !== undefined && header.equalLength !== false && length !== header.seriesLength) {
    throw new FormatError(
      `${where}: the header says "@seriesLength ${header.seriesLength}", but this sequence has ${counted(length, "value")}.`,
    );
  }
  return { sequence, label: classes.resolve(labelText, where) };
}

function noClasses(source: string): FormatError {
  return new FormatError(
    `${source} has no "@classLabel true …" line that names the classes, so its labels cannot be read.`,
  );
}
