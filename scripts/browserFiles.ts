/**
 * What tests use of "node:fs" when they run in a browser: Vite serves the repository, so a file is a request away.
 * It has to be synchronous, as in Node, which is what this old interface is still good for.
 */
export function readFileSync(url: URL): Uint8Array<ArrayBuffer>;
export function readFileSync(url: URL, encoding: "utf8"): string;
export function readFileSync(url: URL, encoding?: "utf8"): Uint8Array | string {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  // One character for each byte, its code's low byte: a synchronous request cannot give bytes.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`${url.pathname}: ${request.status} ${request.statusText}`);
  const bytes = Uint8Array.from(request.responseText, (character) => character.charCodeAt(0));
  return encoding ? new TextDecoder().decode(bytes) : bytes;
}
