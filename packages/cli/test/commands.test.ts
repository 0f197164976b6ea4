import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { run } from "./run.js";
import { tempFolder } from "./tempFolder.js";

const temporary = tempFolder();
let made = 0;

function newFolder(): string {
  const path = temporary.path(`${made++}`);
  mkdirSync(path, { recursive: true });
  return path;
}

const flights = fileURLToPath(new URL("../../../data/flights.csv", import.meta.url));
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

/** A week's rhythm, 70 days; `change` may spoil values. */
function table(change: (value: number, i: number) => number = (value) => value, series = 1): string {
  const file = join(newFolder(), "table.csv");
  const lines = Array.from({ length: series }, (_, s) =>
    Array.from(
      { length: 70 },
      (_, i) => `s${s},${day(i)},${change(100 + ((i * 3) % 7) * 5 + ((i * 37) % 11) * 0.3, i)}`,
    ),
  );
  writeFileSync(file, `${["id,date,sales", ...lines.flat()].join("\n")}\n`);
  return file;
}

describe("lookback anomalies", () => {
  it("lists and draws what a forecast from the past did not expect", async () => {
    const out = newFolder();
    const file = table((value, i) => (i === 50 ? 260 : i === 61 ? 20 : value));
    const { code, stdout } = await run([
      "anomalies",
      file,
      "--target",
      "sales",
      "--json",
      "--dpi",
      "40",
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document.looked).toBe(35);
    const found = document.anomalies as { time: string; side: string; score: number }[];
    expect(
      found
        .slice(0, 2)
        .map(({ time, side }) => [time, side])
        .sort(),
    ).toEqual([
      [day(50), "above"],
      [day(61), "below"],
    ]);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a));
    expect(readdirSync(out).sort()).toEqual(["anomalies.csv", "anomalies.png", "anomalies.svg"]);
    expect(readFileSync(join(out, "anomalies.csv"), "utf8")).toMatch(
      /^id,time,actual,expected,lo,hi,side,score\nsales,2024-/,
    );
  });

  it("looks at every series, and says in Chinese what it found", async () => {
    const file = table((value, i) => (i === 55 ? 300 : value), 2);
    const { code, stdout } = await run([
      "anomalies",
      file,
      "--id",
      "id",
      "--lang",
      "zh",
      "--dpi",
      "40",
      "--out",
      newFolder(),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("70 个值中有");
    expect(stdout).toMatch(new RegExp(`s0 +${day(55)}`));
    expect(stdout).toMatch(new RegExp(`s1 +${day(55)}`));
  });

  it("refuses a model that there is not", async () => {
    const { code, stderr } = await run(["anomalies", flights, "--model", "auto"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--model takes one of lstm")]);
  });
});

describe("lookback compare", () => {
  const flags = [
    "--models",
    "lstm,theta,naive",
    "--seeds",
    "2",
    "--windows",
    "1",
    "--epochs",
    "2",
    "--hidden",
    "4",
    "--dpi",
    "40",
  ];

  it("sets models side by side, with the spread over seeds", async () => {
    const out = newFolder();
    const { code, stdout } = await run(["compare", flights, ...flags, "--json", "--out", out]);
    expect(code).toBe(0);
    const { models, horizon } = JSON.parse(stdout) as {
      horizon: number;
      models: {
        name: string;
        parameters: number;
        mase: { median: number; least: number; most: number };
        seeds: { mase: number }[];
      }[];
    };
    expect(horizon).toBe(12);
    const medians = models.map(({ mase }) => mase.median);
    expect(medians).toEqual([...medians].sort((a, b) => a - b));
    const lstm = models.find(({ name }) => name === "lstm")!;
    expect(lstm.seeds.map(({ mase }) => mase).sort()).toEqual([lstm.mase.least, lstm.mase.most].sort());
    expect(lstm.parameters).toBeGreaterThan(0);
    expect(models.find(({ name }) => name === "theta")!.seeds).toHaveLength(1);
    expect(readdirSync(out).sort()).toEqual(["compare.png", "compare.svg"]);
  });

  it("tells a person who is best, in either language", async () => {
    const english = await run(["compare", flights, ...flags, "--out", newFolder()]);
    expect(english.stdout).toMatch(/is best with a MASE of \d\.\d\d, before/);
    const chinese = await run(["compare", flights, ...flags, "--lang", "zh", "--out", newFolder()]);
    expect(chinese.stdout).toMatch(/最好，MASE 为 \d\.\d\d；其次是/);
  });

  it("takes one series of several by its name", async () => {
    const file = table(undefined, 2);
    const several = await run(["compare", file, "--id", "id", ...flags, "--out", newFolder()]);
    expect([several.code, several.stderr]).toEqual([
      1,
      expect.stringContaining('holds 2 ("s0", "s1"). Name one with --series'),
    ]);
    const wrong = await run([
      "compare",
      file,
      "--id",
      "id",
      "--series",
      "s9",
      ...flags,
      "--out",
      newFolder(),
    ]);
    expect(wrong.stderr).toContain('--series: the table has no series "s9"');
    const one = await run([
      "compare",
      file,
      "--id",
      "id",
      "--series",
      "s1",
      "--json",
      ...flags,
      "--out",
      newFolder(),
    ]);
    expect(JSON.parse(one.stdout).data.id).toBe("s1");
  });

  it("refuses a model that there is not", async () => {
    const { code, stderr } = await run(["compare", flights, "--models", "lstm,prophet"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--models: there is no model "prophet"')]);
  });
});

describe("lookback tune", () => {
  const flags = ["--trials", "9", "--epochs", "4", "--windows", "1", "--dpi", "40"];

  it("finds options, says which mattered, and the command that uses them works", async () => {
    const out = newFolder();
    const { code, stdout } = await run(["tune", flights, ...flags, "--json", "--out", out]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document.finalists[0]).toMatchObject({
      options: document.best.options,
      score: document.best.score,
    });
    expect(document.importance.map(({ option }: { option: string }) => option).sort()).toEqual([
      ...["cell", "hidden", "layers", "log", "lookback", "lr", "scaler"],
    ]);
    expect(readdirSync(out).sort()).toEqual(["tune-state.json", "tune.png", "tune.svg"]);
    const argv = (document.command as string).split(" ").slice(1);
    const used = await run([
      ...argv,
      "--epochs",
      "2",
      "--ensemble",
      "1",
      "--windows",
      "1",
      "--dpi",
      "40",
      "--out",
      newFolder(),
    ]);
    expect(used.code).toBe(0);
  });

  it("is interrupted, keeps what it found, and goes on to the same end", async () => {
    const whole = await run(["tune", flights, ...flags, "--json", "--out", newFolder()]);
    const out = newFolder();
    const interrupt = new AbortController();
    const watch = setInterval(() => existsSync(join(out, "tune-state.json")) && interrupt.abort(), 2);
    const stopped = await run(["tune", flights, ...flags, "--out", out], { signal: interrupt.signal });
    clearInterval(watch);
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining("--resume")]);
    const other = await run(["tune", flights, ...flags, "--seed", "3", "--resume", "--out", out]);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("was for another series")]);
    const resumed = await run(["tune", flights, ...flags, "--json", "--resume", "--out", out]);
    expect(JSON.parse(resumed.stdout).best).toEqual(JSON.parse(whole.stdout).best);
  });

  it.each([
    ["none", undefined, "there is none"],
    ["one that is no JSON", "{", "is damaged: it is not JSON"],
    ["one of another kind", "{}", "the search to go on with is damaged"],
  ])("refuses to go on with %s", async (_, content, sentence) => {
    const out = newFolder();
    if (content !== undefined) writeFileSync(join(out, "tune-state.json"), content);
    const { code, stderr } = await run(["tune", flights, ...flags, "--resume", "--out", out]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  });
});
