import { FormatError } from "@lookback/core";
import { DeclaredClasses } from "./declaredClasses.js";
import { shortened, unquoted } from "./textValues.js";

/** What the header of a `.arff` file says, so far as it has been read. */
export interface ArffHeader {
  /** Numeric attributes: values in a line, or in each channel of the relation. */
  values: number;
  relational: boolean;
  /** The line stands between a relational attribute and its `@end`. */
  inRelation: boolean;
  classes?: DeclaredClasses;
  /** The class stands before the values. */
  classFirst?: boolean;
}

/** Takes one line of the header in; true for `@data`. */
export function readAttribute(line: string, header: ArffHeader, where: string): boolean {
  const [, tag = "", rest = ""] = /^@(\w+)\s*(.*)$/.exec(line) ?? [];
  switch (tag.toLowerCase()) {
    case "relation":
      return false;
    case "end":
      header.inRelation = false;
      return false;
    case "data":
      checkHeader(header, where);
      return true;
    case "attribute":
      takeAttribute(rest, header, where);
      return false;
  }
  throw new FormatError(`${where}: expected @relation, @attribute, @end or @data, got "${shortened(line)}".`);
}

function takeAttribute(text: string, header: ArffHeader, where: string): void {
  const [, type = ""] = /^(?:"[^"]*"|'[^']*'|[^\s{]+)\s*(.*)$/.exec(text) ?? [];
  if (type.startsWith("{")) {
    takeClasses(type, header, where);
    return;
  }
  switch (type.trim().toLowerCase()) {
    case "numeric":
    case "real":
    case "integer":
      if (header.classes && header.values > 0 && !header.classFirst) throw misplaced(where);
      if (header.classes && header.values === 0) header.classFirst = true;
      if (header.relational && !header.inRelation) throw mixed(where);
      header.values++;
      return;
    case "relational":
      if (header.relational || header.values > 0 || header.classes) throw mixed(where);
      header.relational = true;
      header.inRelation = true;
      return;
  }
  throw new FormatError(
    `${where}: an attribute of type "${shortened(type)}" is not read. Expected numeric values and one class, {a,b,…}.`,
  );
}

function takeClasses(type: string, header: ArffHeader, where: string): void {
  if (header.classes || header.inRelation) {
    throw new FormatError(
      `${where}: a second attribute with a list of names. Expected numeric values and one class.`,
    );
  }
  const end = type.lastIndexOf("}");
  const names = end < 0 ? [] : (type.slice(1, end).match(/"[^"]*"|'[^']*'|[^,]+/g) ?? []).map(unquoted);
  const filled = names.filter((name) => name !== "");
  if (filled.length === 0) {
    throw new FormatError(`${where}: expected the classes in braces, {a,b,…}, got "${shortened(type)}".`);
  }
  header.classes = new DeclaredClasses(filled, where);
}

function checkHeader(header: ArffHeader, where: string): void {
  if (!header.classes) {
    throw new FormatError(
      `${where}: the header has no class, such as "@attribute target {a,b}", so there are no labels to learn.`,
    );
  }
  if (header.values === 0 && !header.relational) {
    throw new FormatError(`${where}: the header has no numeric attributes, so the sequences have no values.`);
  }
}

const misplaced = (where: string) =>
  new FormatError(`${where}: the class must stand first or last, not between the values.`);

const mixed = (where: string) =>
  new FormatError(
    `${where}: expected either plain numeric attributes or one relational attribute, then the class.`,
  );
