import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { run } from "./run.js";
import { tempFolder } from "./tempFolder.js";

const temporary = tempFolder();
let made = 0;
/** A new empty folder. */
function newFolder(): string {
  const path = temporary.path(`${made++}`);
  mkdirSync(path, { recursive: true });
  return path;
}

const flights = fileURLToPath(new URL("../../../data/flights.csv", import.meta.url));
/** Small enough to be quick, whole enough to go through every step. */
const quick = ["--epochs", "4", "--ensemble", "1", "--windows", "2", "--dpi", "40"];

const figure = z.number().nullable();
const contract = z.object({
  data: z.object({
    series: z.literal(1),
    rows: z.literal(144),
    freq: z.literal("MS"),
    seasonLength: z.literal(12),
    target: z.literal("passengers"),
  }),
  backtest: z.object({
    horizon: z.literal(12),
    windows: z.literal(2),
    models: z.array(
      z.object({
        name: z.string(),
        mase: figure,
        rmse: figure,
        mae: figure,
        smape: figure,
        coverage95: figure,
        seconds: z.number(),
      }),
    ),
  }),
  model: z.object({ name: z.string(), parameters: z.number().int(), file: z.string() }),
  forecast: z
    .array(
      z.object({
        id: z.string(),
        time: z.string(),
        mean: z.number(),
        lo80: z.number(),
        hi80: z.number(),
        lo95: z.number(),
        hi95: z.number(),
      }),
    )
    .length(12),
  files: z.object({ png: z.string(), svg: z.string(), csv: z.string(), report: z.string() }),
  engine: z.object({
    simd: z.enum(["plain", "relaxed"]),
    threads: z.number(),
    blas: z.string().nullable(),
    deterministic: z.boolean(),
  }),
});

/** A monthly table with a season; `change` may spoil its lines. */
function table(folder: string, rows = 60, change: (lines: string[]) => void = () => {}): string {
  const lines = Array.from(
    { length: rows },
    (_, i) =>
      `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")},${100 + ((i * 7) % 12) + i}`,
  );
  lines.unshift("month,sales");
  change(lines);
  const file = join(folder, "table.csv");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

describe("lookback forecast", () => {
  it("with --json prints one document that keeps the contract, and writes every file that it names", async () => {
    const out = join(newFolder(), "deep/er");
    const { code, stdout, stderr } = await run([
      "forecast",
      flights,
      "--json",
      "--out",
      out,
      "--model",
      "lstm",
      ...quick,
    ]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const document = contract.parse(JSON.parse(stdout));
    expect(document.model.name).toBe("lstm");
    expect(document.backtest.models.map((model) => model.name)).toEqual([
      "lstm",
      "naive",
      "seasonal-naive",
      "drift",
    ]);
    expect(document.forecast[0]!.time).toBe("1961-01-01");
    for (const { lo95, lo80, mean, hi80, hi95 } of document.forecast) {
      expect([lo95, lo80, mean, hi80, hi95]).toEqual([lo95, lo80, mean, hi80, hi95].sort((a, b) => a - b));
    }
    expect(readdirSync(out).sort()).toEqual([
      "forecast.csv",
      "forecast.png",
      "forecast.svg",
      "model.safetensors",
      "report.html",
    ]);
    expect(readFileSync(document.files.csv, "utf8").split("\n")[0]).toBe("id,time,mean,lo80,hi80,lo95,hi95");
    expect(readFileSync(document.files.png).subarray(1, 4).toString()).toBe("PNG");
    expect(readFileSync(document.files.svg, "utf8")).toMatch(/^<svg/);
    expect(readFileSync(document.files.report, "utf8")).toContain('<html lang="en"');
  });

  it("tells a person the same in English and in Chinese", async () => {
    const out = newFolder();
    const english = await run(["forecast", flights, "--out", out, ...quick]);
    expect(english.stdout).toContain(
      "144 rows of passengers, monthly, 1949-01-01 to 1960-12-01, season of 12.",
    );
    expect(english.stdout).toContain("seasonal naive");
    expect(english.stdout).toContain(join(out, "report.html"));
    const chinese = await run(["forecast", flights, "--out", out, ...quick], {
      env: { LANG: "zh_CN.UTF-8" },
    });
    expect(chinese.stdout).toContain("144 行");
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain('<html lang="zh');
  });

  it("lets a baseline make the forecast when it does better, and says so", async () => {
    const folder = newFolder();
    const file = table(folder, 60, (lines) => {
      for (let i = 1; i < lines.length; i++)
        lines[i] = lines[i]!.replace(/,.*/, `,${i % 12 === 3 ? 90 : (i % 12) * 5 + 1}`);
    });
    const { stdout } = await run(["forecast", file, "--out", folder, ...quick]);
    expect(stdout).toContain("Seasonal naive did better in the backtest than LSTM");
    const { code, stdout: predicted } = await run([
      "predict",
      join(folder, "model.safetensors"),
      file,
      "--json",
      "--out",
      join(folder, "again"),
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(predicted).model).toMatchObject({ name: "seasonal-naive", parameters: 0 });
  });

  it("forecasts a constant series with its constant", async () => {
    const folder = newFolder();
    const file = table(folder, 40, (lines) => {
      for (let i = 1; i < lines.length; i++) lines[i] = lines[i]!.replace(/,.*/, ",7");
    });
    const { code, stdout } = await run(["forecast", file, "--json", "--out", folder, ...quick]);
    expect(code).toBe(0);
    const { forecast } = JSON.parse(stdout) as { forecast: { mean: number }[] };
    expect(forecast.every(({ mean }) => mean === 7)).toBe(true);
  });

  it("gives the same bits for the same seed and others for another", async () => {
    const folder = newFolder();
    const file = table(folder);
    const model = async (seed: string) => {
      await run(["forecast", file, "--out", folder, "--model", "gru", "--seed", seed, ...quick]);
      return readFileSync(join(folder, "model.safetensors"));
    };
    const first = await model("0");
    expect((await model("0")).equals(first)).toBe(true);
    expect((await model("1")).equals(first)).toBe(false);
  });

  it("forecasts several series apart and keeps a model of each", async () => {
    const folder = newFolder();
    const file = table(folder, 48, (lines) => {
      const rows = lines.splice(1);
      lines[0] += ",shop";
      for (const shop of ["a/b", "第二"]) lines.push(...rows.map((row) => `${row},${shop}`));
    });
    const { code, stdout } = await run([
      "forecast",
      file,
      "--id",
      "shop",
      "--model",
      "lstm",
      "--local",
      "--json",
      "--out",
      folder,
      ...quick,
    ]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as { data: { series: number }; model: { files: string[] } };
    expect(document.data.series).toBe(2);
    expect(document.model.files.every((path) => existsSync(path))).toBe(true);
  });

  it("is interrupted, keeps a checkpoint, ends with 130, and resumes to the same bits", async () => {
    const folder = newFolder();
    const file = table(folder);
    const flags = ["--epochs", "300", "--ensemble", "2", "--windows", "1", "--model", "rnn", "--dpi", "40"];
    await run(["forecast", file, "--out", join(folder, "whole"), ...flags]);
    const out = join(folder, "parts");
    const stop = async (delay: number) => {
      const interrupt = new AbortController();
      // The folder is made just before the training starts.
      const watch = setInterval(() => existsSync(out) && setTimeout(() => interrupt.abort(), delay), 5);
      const ran = await run(["forecast", file, "--out", out, ...flags], { signal: interrupt.signal });
      clearInterval(watch);
      return ran;
    };
    let stopped = await stop(30);
    // On a busy machine the training may not have begun by then.
    for (const delay of [100, 300, 900])
      if (!stopped.stderr.includes("--resume")) stopped = await stop(delay);
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain("--resume");
    expect(readdirSync(out)).toEqual(["checkpoint.safetensors"]);
    const other = await run(["forecast", file, "--out", out, "--resume", "--seed", "5", ...flags]);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("The checkpoint belongs to other data or other options");
    expect((await run(["forecast", file, "--out", out, "--resume", ...flags])).code).toBe(0);
    const read = (part: string) => readFileSync(join(folder, part, "model.safetensors"));
    expect(read("parts").equals(read("whole"))).toBe(true);
    expect(existsSync(join(out, "checkpoint.safetensors"))).toBe(false);
  });

  it.each<[string, (lines: string[]) => void, string]>([
    [
      "a cell that is not a number",
      (l) => void (l[18] = "2001-06,12a"),
      'column "sales" must hold a number in every row, but line 19 holds "12a"',
    ],
    ["a missing value", (l) => void (l[18] = "2001-06,"), "line 19 holds nothing"],
    ["NaN", (l) => void (l[18] = "2001-06,nan"), "line 19 holds"],
    ["infinity", (l) => void (l[18] = "2001-06,inf"), "line 19 holds infinity"],
    ["a time that occurs twice", (l) => void (l[19] = l[18]!), "2001-06-01 in line 19, line 20"],
    ["rows out of order", (l) => void ([l[18], l[19]] = [l[19]!, l[18]!]), "time runs backwards at line 20"],
    ["missing times", (l) => void l.splice(18, 1), "a time is missing: 2001-06-01 (after line 18)"],
    ["too few rows", (l) => void l.splice(6), "need at least 8 values"],
    ["a header alone", (l) => void l.splice(1), "has column names but no rows"],
  ])("refuses %s with a sentence and writes nothing", async (_, spoil, sentence) => {
    const folder = newFolder();
    const out = join(folder, "out");
    const { code, stdout, stderr } = await run([
      "forecast",
      table(folder, 60, spoil),
      "--out",
      out,
      ...quick,
    ]);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([1, ""]);
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
  });

  it.each([
    [["--horizon", "0"], '--horizon takes a whole number from 1 to 100000, got "0"'],
    [["--horizon", "1.5"], 'got "1.5"'],
    [["--horizon", "-3"], 'got "-3"'],
    [["--lookback", "1e9"], "--lookback takes a whole number"],
    [["--hidden", "0"], "--hidden takes a whole number from 1 to 4096"],
    [["--epochs", "many"], "--epochs takes a whole number"],
    [["--lr", "NaN"], "--lr takes a number above 0"],
    [["--lr", "0"], "--lr takes a number above 0"],
    [["--levels", "0.8"], "--levels takes per cents"],
    [["--model", "lsmt"], "Did you mean lstm?"],
    [
      ["--model", "theta", "--epochs", "5"],
      "--epochs is for networks (lstm, gru, rnn, tcn, mlp), and --model theta is none",
    ],
    [["--global", "--local"], "contradict each other"],
    [["--covariates", "a,,b"], "--covariates takes names of columns separated by commas"],
    [["--fill-gaps", "spline"], "--fill-gaps takes one of linear, previous, zero, mask"],
    [["--modle", "lstm"], "Did you mean --model?"],
    [["--lang", "fr"], "--lang takes one of en, zh"],
  ])("refuses the flags %j as wrong usage", async (flags, sentence) => {
    const { code, stderr } = await run(["forecast", flights, ...flags]);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  it.each([
    [["--horizon", "150"], "need at least"],
    [["--lookback", "500"], "a lookback of 500 and a horizon of 12 need at least 515 values"],
    [["--target", "pasengers"], 'Did you mean "passengers"?'],
    [["--covariates", "promo"], 'flights.csv has no column named "promo"'],
    [["--static", "shop"], 'flights.csv has no column named "shop"'],
    [["--time-zone", "Mars/Olympus"], 'no time zone named "Mars/Olympus"'],
    [["--wide", "--target", "passengers"], "target has no meaning"],
    [["--windows", "50"], "need at least"],
    [["--resume"], "there is none"],
    [["--out", flights], "something of that name is in the way"],
    [["--out", join(flights, "x")], "a part of the path is a file, not a folder"],
  ])("refuses %j, which does not fit the data or the disk", async (flags, sentence) => {
    const { code, stderr } = await run(["forecast", flights, "--out", newFolder(), ...quick, ...flags]);
    expect(stderr).toContain(sentence);
    expect(code).toBe(1);
  });
});

describe("lookback predict", () => {
  it("forecasts as the run did that saved the model, and goes on from newer rows", async () => {
    const folder = newFolder();
    const file = table(folder, 60);
    const first = JSON.parse(
      (await run(["forecast", file, "--json", "--model", "lstm", "--out", folder, ...quick])).stdout,
    );
    const model = join(folder, "model.safetensors");
    const again = await run(["predict", model, file, "--json", "--out", join(folder, "again")]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout).forecast).toEqual(first.forecast);
    const newer = table(folder, 66);
    const later = JSON.parse(
      (await run(["predict", model, newer, "--json", "--horizon", "3", "--out", join(folder, "later")]))
        .stdout,
    );
    expect(later.forecast.map((step: { time: string }) => step.time)).toEqual([
      "2005-07-01",
      "2005-08-01",
      "2005-09-01",
    ]);
  });

  it("refuses what is not a model, or not one for these data", async () => {
    const folder = newFolder();
    const file = table(folder, 60);
    expect(await run(["predict", file, file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is not a readable safetensors file"),
    });
    expect(await run(["predict", join(folder, "none"), file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it does not exist"),
    });
    const foreign = fileURLToPath(new URL("../../../golden/torch_lstm.safetensors", import.meta.url));
    expect(await run(["predict", foreign, file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds tensors but no forecaster"),
    });
    await run(["forecast", file, "--model", "lstm", "--out", folder, ...quick]);
    const model = join(folder, "model.safetensors");
    const bytes = readFileSync(model);
    writeFileSync(model, bytes.subarray(0, bytes.length - 100));
    expect(await run(["predict", model, file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is not a readable safetensors file"),
    });
  });
});

describe("lookback", () => {
  it("explains itself, and exits with 2 when nothing is asked of it", async () => {
    expect(await run(["--help"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("forecast [options] <file>"),
    });
    expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining("Usage: lookback") });
    expect(await run(["forecst", "x.csv"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Did you mean forecast?"),
    });
    expect(await run(["forecast"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Missing required argument 'file'"),
    });
    expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("tells what its engine runs on", async () => {
    const { code, stdout } = await run(["info", "--json"]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document.engine).toMatchObject({
      simd: expect.stringMatching(/plain|relaxed/),
      threads: expect.any(Number),
      blas: document.engine.blas === null ? null : expect.any(String),
      deterministic: false,
    });
    expect(document.versions.node).toBe(process.version.slice(1));
    expect((await run(["info"])).stdout).toContain("SIMD");
  });

  it("reads a table from standard input", async () => {
    const { code, stdout } = await run(["forecast", "-", "--json", "--out", newFolder(), ...quick], {
      stdin: readFileSync(flights, "utf8"),
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).data.rows).toBe(144);
  });
});
