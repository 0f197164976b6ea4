// onnxruntime, web (WebAssembly) or node (native): inference alone, since its JavaScript packages do not train.
import { lstmModel } from "./lstmOnnx.mjs";

export async function open({ kind }, { peer, where }) {
  const { module: ort, version } = await peer(`onnxruntime-${kind}`);
  // More threads make a step of this size slower.
  if (kind === "web") ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return {
    name: `onnxruntime-${kind}`,
    version,
    detail: where,
    variants: (row) => (row.kind === "stream" ? ["1 thread"] : []),
    async prepare({ I, H }) {
      const session = await ort.InferenceSession.create(lstmModel({ I, H }), {
        executionProviders: [kind === "web" ? "wasm" : "cpu"],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
      });
      const zeros = () => new ort.Tensor("float32", new Float32Array(H), [1, 1, H]);
      const feeds = {
        x: new ort.Tensor("float32", new Float32Array([0.5]), [1, 1, I]),
        h: zeros(),
        c: zeros(),
      };
      return async () => {
        const { h1, c1 } = await session.run(feeds);
        feeds.h = h1;
        feeds.c = c1;
      };
    },
  };
}
