import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";

const page = readFileSync(new URL("../../../docs/pytorch.md", import.meta.url), "utf8");
/** The names in backticks of the table's second column. */
const ours = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| PyTorch"))
  .flatMap((line) => [...line.split(" | ")[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));

describe("the page that compares Lookback with PyTorch", () => {
  it.each(ours.filter((name) => !name.startsWith("layer.")))("names %s, which exists", (name) => {
    const found = name
      .replace(/\(.*/, "")
      .split(".")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], core);
    expect(found).toBeTypeOf("function");
  });

  it.each(ours.filter((name) => name.startsWith("layer.")))(
    "names %s, which recurrent layers have",
    (name) => {
      const method = name.slice("layer.".length).replace(/\(.*/, "");
      for (const layer of [core.nn.RNN, core.nn.LSTM, core.nn.GRU]) {
        expect((layer.prototype as unknown as Record<string, unknown>)[method]).toBeTypeOf("function");
      }
    },
  );

  it("names every layer, loss, optimizer and scheduler that there is", () => {
    const exported = [
      ...Object.keys(core.nn).map((name) => `nn.${name}`),
      ...Object.keys(core.optim).map((name) => `optim.${name}`),
    ];
    expect(exported.filter((name) => !ours.includes(name))).toEqual([]);
  });
});
