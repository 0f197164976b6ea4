// node bench/contenders/node.mjs NAME [OPTIONS]: answers each JSON line of standard input with one on standard output.
// NAME is a file beside this one; OPTIONS, as JSON, are its own. The first line says whether it could start.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { answerer } from "./serve.mjs";

const require = createRequire(new URL("../.peers/package.json", import.meta.url));

/** A package that `npm run bench:setup` brought, and its version. */
function peer(name) {
  const file = new URL(`../.peers/node_modules/${name}/package.json`, import.meta.url);
  let version;
  try {
    version = JSON.parse(readFileSync(file, "utf8")).version;
  } catch {
    throw new Error(`${name} is not installed; npm run bench:setup brings it`);
  }
  return { module: require(name), version };
}

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const failure = (error) => ({
  error: (error instanceof Error ? error.message : String(error)).split("\n")[0],
});
// Libraries greet on standard output, which is for answers.
console.log = console.info = console.error;

const [name, options = "{}"] = process.argv.slice(2);
let answer;
try {
  const { open } = await import(`./${name}.mjs`);
  answer = answerer(await open(JSON.parse(options), { peer, where: "node" }));
} catch (error) {
  say(failure(error));
  process.exit(0);
}
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line)));
  } catch (error) {
    say(failure(error));
  }
}
process.exit(0);
