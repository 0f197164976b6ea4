import { describe, expect, it } from "vitest";
import * as classify from "./classify.js";
import * as fromPytorch from "./fromPytorch.js";
import * as handWrittenLoop from "./handWrittenLoop.js";
import * as stream from "./stream.js";
import * as train from "./train.js";

describe("examples", () => {
  it("train.ts learns the sine and judges itself on points it never saw", async () => {
    const { firstLoss, testLoss, epochs } = await train.run();
    expect(epochs).toBeLessThanOrEqual(300);
    expect(testLoss).toBeLessThan(firstLoss / 100);
  });

  it("handWrittenLoop.ts lowers its loss", () => {
    const { first, last } = handWrittenLoop.run();
    expect(last).toBeLessThan(first / 10);
  });

  it("fromPytorch.ts predicts with weights that PyTorch trained", async () => {
    const { prediction } = await fromPytorch.run(
      new URL("../golden/torch_lstm.safetensors", import.meta.url),
    );
    expect(prediction).toBeGreaterThan(0);
    expect(prediction).toBeLessThan(0.2);
  });

  it("classify.ts tells knocks from pushes that it never saw", async () => {
    const { candidates, accuracy, mostImportantStep } = await classify.run();
    expect(candidates).toBe(2);
    expect(accuracy).toBeGreaterThan(0.9);
    // the knock of the first test recording comes at step 25
    expect(Math.abs(mostImportantStep - 25)).toBeLessThan(8);
  });

  it("stream.ts gives one step at a time what forward gives at once", () => {
    const { streamed, atOnce } = stream.run();
    streamed.forEach((value, i) => {
      expect(value).toBeCloseTo(atOnce[i]!, 6);
    });
  });
});
