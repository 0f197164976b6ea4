import { FormatError } from "@lookback/core";
import { quoted } from "../suggest.js";
import { isPlainNumber, shortened } from "./textValues.js";

/** The classes that a file's header names, and which of them a label of the data stands for. */
export class DeclaredClasses {
  private readonly places = new Map<string, number>();
  /** Names that are numbers, by their value: the label `1.0` stands for the class `1`. */
  private readonly numbers = new Map<number, string>();
  private readonly used = new Set<number>();
  /** Labels of several words, by the place of their first. */
  private readonly joined = new Map<number, readonly string[]>();

  /** @throws FormatError when a class is named twice. */
  constructor(
    private readonly words: readonly string[],
    where: string,
  ) {
    for (const [place, word] of words.entries()) {
      if (this.places.has(word)) {
        throw new FormatError(`${where}: the class "${shortened(word)}" is named twice.`);
      }
      this.places.set(word, place);
      if (isPlainNumber(word) && !this.numbers.has(Number(word))) this.numbers.set(Number(word), word);
    }
  }

  /**
   * The class that a label stands for: itself, or the same number written otherwise. A label with spaces stands in a
   * `.ts` header as several words; where it is met, they become one class.
   *
   * @throws FormatError when the header does not have it.
   */
  resolve(label: string, where: string): string {
    const word = this.places.has(label) || !isPlainNumber(label) ? label : this.numbers.get(Number(label));
    const place = word === undefined ? undefined : this.places.get(word);
    if (place !== undefined && !this.joined.has(place)) {
      this.used.add(place);
      return word!;
    }
    if (this.joins(label)) return label;
    throw new FormatError(
      `${where}: the label "${shortened(label)}" is not among the header's classes ${quoted(this.names())}. Add it to the header, or mend the line.`,
    );
  }

  /** The classes in the order of the header. */
  names(): string[] {
    const names: string[] = [];
    for (let place = 0; place < this.words.length; ) {
      const parts = this.joined.get(place) ?? [this.words[place]!];
      names.push(parts.join(" "));
      place += parts.length;
    }
    return names;
  }

  private joins(label: string): boolean {
    const parts = label.split(/\s+/);
    const start = this.places.get(parts[0]!);
    if (parts.length < 2 || start === undefined) return false;
    const before = this.joined.get(start);
    if (before) return before.join(" ") === label;
    const free = (part: string, i: number) => this.words[start + i] === part && !this.used.has(start + i);
    if (!parts.every(free)) return false;
    for (const i of parts.keys()) this.used.add(start + i);
    this.joined.set(start, parts);
    return true;
  }
}
