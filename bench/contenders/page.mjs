// A contender in a page of its own: bench/browser.ts opens the page, calls `start`, and asks what it returns.
import { answerer } from "./serve.mjs";

const packages = "/bench/.peers/node_modules";

/** How each package comes into a page: a script that leaves a global, or a module. */
const ways = {
  "@tensorflow/tfjs": { script: "dist/tf.min.js", global: "tf" },
  "@tensorflow/tfjs-backend-wasm": { script: "dist/tf-backend-wasm.min.js", global: "tf" },
  "@jax-js/jax": { module: "dist/index.js" },
  "brain.js": { script: "browser.js", global: "brain" },
  "onnxruntime-web": { module: "dist/ort.wasm.min.mjs" },
};

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${url} does not load`));
    document.head.append(script);
  });
}

async function peer(name) {
  const way = ways[name];
  if (!way) throw new Error(`${name} does not run in a page`);
  const answer = await fetch(`${packages}/${name}/package.json`);
  if (!answer.ok) throw new Error(`${name} is not installed; npm run bench:setup brings it`);
  const { version } = await answer.json();
  if (way.module) return { module: await import(`${packages}/${name}/${way.module}`), version };
  await loadScript(`${packages}/${name}/${way.script}`);
  if (name === "@tensorflow/tfjs-backend-wasm") tf.wasm.setWasmPaths(`${packages}/${name}/dist/`);
  return { module: globalThis[way.global], version };
}

/** Opens a contender; what it answers to a question is an object, which has an `error` when something failed. */
export async function start(name, options) {
  const { open } = await import(`./${name}.mjs`);
  const where = crossOriginIsolated ? "in an isolated page" : "in a page that is not isolated";
  const answer = answerer(await open(options, { peer, where }));
  return async (question) => {
    try {
      return await answer(question);
    } catch (error) {
      return { error: (error instanceof Error ? error.message : String(error)).split("\n")[0] };
    }
  };
}
