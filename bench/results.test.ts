import { expect, test } from "vitest";
import { drops, fileName, type RecordedRow } from "./results.js";

const row = (ratios: Record<string, number>, fastest = ratios): RecordedRow => ({
  row: "lstm-small",
  date: "2026-01-01",
  load: 1,
  lanes: [],
  peaks: [],
  failures: [],
  ratios,
  fastest,
});

test("a ratio that falls by more than a quarter is a drop", () => {
  expect(drops(row({ pytorch: 4 }), row({ pytorch: 2.9 }))).toEqual([
    { row: "lstm-small", peer: "pytorch", before: 4, now: 2.9 },
  ]);
});

test("a ratio that falls by a quarter or less, rises, or has no peer any more is none", () => {
  expect(drops(row({ pytorch: 4, tfjs: 10, brain: 5 }), row({ pytorch: 3, tfjs: 50 }))).toEqual([]);
});

test("a median that noise lowered is no drop while the fastest rounds hold", () => {
  expect(drops(row({ pytorch: 4 }), row({ pytorch: 2 }, { pytorch: 3.5 }))).toEqual([]);
});

test("results are kept by kind of machine and major version of the runtime", () => {
  const machine = { kind: "linux-x64-2x-cpu", cpu: "CPU", cores: 2, memory: "8 GiB" };
  expect(fileName({ ...machine, runtime: "node 24.3.1" })).toBe("linux-x64-2x-cpu-node24");
  expect(fileName({ ...machine, runtime: "chromium 156.0.8078" })).toBe("linux-x64-2x-cpu-chromium156");
});
