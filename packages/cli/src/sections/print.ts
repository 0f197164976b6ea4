import { formatCells } from "../textTable.js";
import type { ShownSection } from "./section.js";

/** A section for the terminal: its title, what it says, its tables. */
export function sectionLines(chapter: string, { title, paragraphs, tables }: ShownSection): string[] {
  return [
    `${chapter}  ${title}`,
    "",
    ...paragraphs.flatMap((paragraph) => [...paragraph.split("\n"), ""]),
    ...tables.flatMap(({ caption, head, rows }) => [
      ...(caption === undefined ? [] : [caption]),
      ...formatCells(head.some((cell) => cell !== "") ? [head, ...rows] : rows).split("\n"),
      "",
    ]),
  ];
}
