import { parseHTML } from "linkedom";

const namespace = "http://www.w3.org/2000/svg";
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** The document in which pictures are built. Observable Plot takes it in place of a browser's. */
export const svgDocument: Document = document;

type Attributes = Record<string, string | number | undefined>;

/** An SVG element with its attributes and children; text children become text. */
export function element(
  name: string,
  attributes: Attributes = {},
  ...children: (Element | string)[]
): Element {
  const node = svgDocument.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(key, String(value));
  }
  for (const child of children) {
    node.append(typeof child === "string" ? svgDocument.createTextNode(child) : child);
  }
  return node;
}

/** Characters that XML 1.0 does not allow, not even escaped. */
const illegal =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text made safe for XML and HTML, in content and in attributes between double quotes. */
export function escapeMarkup(text: string): string {
  return text.replace(illegal, "").replace(/[&<>"]/g, (char) => entities[char]!);
}

const geometry = new Set([
  "d",
  "transform",
  "x",
  "y",
  "x1",
  "x2",
  "y1",
  "y2",
  "dx",
  "dy",
  "width",
  "height",
  "cx",
  "cy",
  "r",
  "points",
]);
/** Two decimals of a hundredth of an inch are enough for any printer, and halve the file. */
const rounded = (value: string) =>
  value.replace(/-?\d*\.\d{3,}(?:e[+-]?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))));

/** Writes an element as XML. (The DOM's own serializer is for HTML and leaves `<` in attributes as it is.) */
export function serialize(node: Element): string {
  const name = node.localName;
  if (name === "style") return "";
  let text = `<${name}`;
  if (name === "svg") text += ` xmlns="${namespace}"`;
  for (const { name: key, value } of Array.from(node.attributes)) {
    if (key === "class" || key === "xmlns" || key.startsWith("xmlns:")) continue;
    text += ` ${key}="${escapeMarkup(geometry.has(key) ? rounded(value) : value)}"`;
  }
  if (node.childNodes.length === 0) return `${text}/>`;
  text += ">";
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === 1) text += serialize(child as Element);
    else if (child.nodeType === 3) text += escapeMarkup(child.textContent ?? "");
  }
  return `${text}</${name}>`;
}
