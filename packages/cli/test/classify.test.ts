import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { run } from "./run.js";
import { tempFolder } from "./tempFolder.js";

const temporary = tempFolder();
let made = 0;
const out = () => temporary.path(`out-${made++}`);

/** Two or three channels' worth of waves in noise that looks random; class k has k + 1 periods. */
function values(label: number, index: number, channel = 0, steps = 40): number[] {
  return Array.from({ length: steps }, (_, t) => {
    const noise = (((index * 7919 + channel * 104729 + t * 611953) % 1000) / 1000 - 0.5) * 0.6;
    return Number((Math.sin(2 * Math.PI * (((label + 1) * t) / 40 + index / 60)) + noise).toFixed(4));
  });
}

/** The classes in turn, in a .ts file. */
function ts(
  count: number,
  { from = 0, names = ["slow", "fast"], header }: { from?: number; names?: string[]; header?: string } = {},
): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const k = i % names.length;
    return `${values(k, from + i).join(",")}:${names[k]}`;
  });
  return `@problemName Waves\n@timeStamps false\n@classLabel true ${header ?? names.join(" ")}\n@data\n${lines.join("\n")}\n`;
}

const train = temporary.write("waves_TRAIN.ts", ts(24));
const testFile = temporary.write("waves_TEST.ts", ts(16, { from: 100 }));
const quick = ["--model", "nearest-dtw", "--dpi", "30"];

const figures = z.object({
  accuracy: z.number().min(0).max(1),
  balancedAccuracy: z.number().min(0).max(1),
  logLoss: z.number(),
});
const contract = z.object({
  data: z.object({
    train: z.literal(24),
    test: z.literal(16),
    classes: z.literal(2),
    channels: z.literal(1),
    length: z.literal(40),
  }),
  model: z.object({ name: z.string(), file: z.string() }),
  models: z.array(figures.extend({ name: z.string(), seconds: z.number() })).min(3),
  test: figures.extend({
    confusion: z.array(z.array(z.number().int())),
    labels: z.array(z.string()),
    from: z.literal("test"),
  }),
  files: z.object({
    report: z.string(),
    csv: z.string(),
    confusion: z.string(),
    calibration: z.string(),
    looks: z.string(),
  }),
  engine: z.object({ simd: z.string() }),
});

describe("lookback classify", () => {
  test("chooses, trains, tests and explains in one command; --json keeps the contract and stdout", async () => {
    const folder = out();
    const { code, stdout, stderr } = await run([
      "classify",
      train,
      testFile,
      "--out",
      folder,
      "--json",
      "--dpi",
      "30",
      "--epochs",
      "1",
    ]);
    expect(stderr).not.toContain("foresee");
    expect(code).toBe(0);
    const result = contract.parse(JSON.parse(stdout));
    const names = result.models.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["minirocket", "majority", "nearest-euclidean", "nearest-dtw"]),
    );
    expect(result.test.labels).toEqual(["fast", "slow"]);
    expect(result.test.confusion.flat().reduce((a, b) => a + b)).toBe(16);
    expect(result.test.accuracy).toBeGreaterThan(0.8);
    for (const file of [...Object.values(result.files), result.model.file])
      expect(existsSync(file), file).toBe(true);
    expect(readdirSync(folder).filter((name) => /part|checkpoint/.test(name))).toEqual([]);
  });

  test("without a test file the cross-validation is the test, and that is said", async () => {
    const { code, stdout } = await run(["classify", train, ...quick, "--out", out()]);
    expect(code).toBe(0);
    expect(stdout).toContain("Judged by the cross-validation, as there is no test file");
    expect(stdout).toMatch(/was right about \d+ of 24 sequences that it had not seen/);
  });

  test("speaks Chinese, in the terminal, the pictures and the report", async () => {
    const folder = out();
    const { stdout } = await run(["classify", train, testFile, ...quick, "--lang", "zh", "--out", folder]);
    expect(stdout).toMatch(/时间规整最近邻 在 16 条测试序列中判对 \d+ 条/);
    expect(readFileSync(join(folder, "confusion.svg"), "utf8")).toContain("什么被判为什么");
    const { document } = parseHTML(readFileSync(join(folder, "report.html"), "utf8"));
    expect(document.documentElement.lang).toBe("zh-CN");
    expect(Array.from(document.querySelectorAll("h2"), (one) => one.textContent)).toContain("它看了哪里");
  });

  test("the report needs nothing else, repeats the verdict and the command, and escapes what it is given", async () => {
    const folder = out();
    const angry = temporary.write("angry.ts", ts(24, { names: ["<b>x</b>", "fast"] }));
    const { stdout } = await run(["classify", angry, ...quick, "--out", folder]);
    const report = readFileSync(join(folder, "report.html"), "utf8");
    expect(report).not.toMatch(/<b>x|src=|https?:\/\/(?!www\.w3\.org)/);
    const { document } = parseHTML(report);
    const verdict = document.querySelector(".verdict")!.textContent!;
    expect(stdout).toContain(verdict);
    expect(document.querySelector("pre")!.textContent).toContain("lookback classify");
    expect(document.querySelectorAll("svg").length).toBe(8);
  });

  test("the same seed writes the same bytes", async () => {
    const [one, two] = [out(), out()];
    for (const folder of [one, two])
      await run([
        "classify",
        train,
        testFile,
        "--model",
        "fcn",
        "--epochs",
        "1",
        "--dpi",
        "30",
        "--seed",
        "3",
        "--out",
        folder,
      ]);
    for (const name of ["model.safetensors", "predictions.csv", "looks.svg"]) {
      expect(readFileSync(join(one, name)).equals(readFileSync(join(two, name))), name).toBe(true);
    }
  });

  test("reads a long table with several channels, and says which columns are what on request", async () => {
    const rows = Array.from({ length: 16 }, (_, i) =>
      values(i % 2, i, 0, 20).map(
        (x, t) => `${i},${t},${x},${values(i % 2, i, 1, 20)[t]},${i % 2 ? "up" : "down"}`,
      ),
    ).flat();
    const file = temporary.write("long.csv", `who,when,x,z,move\n${rows.join("\n")}\n`);
    const { code, stdout } = await run([
      "classify",
      file,
      ...quick,
      "--id",
      "who",
      "--time",
      "when",
      "--label",
      "move",
      "--json",
      "--out",
      out(),
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).data).toMatchObject({
      train: 16,
      classes: 2,
      channels: 2,
      length: 20,
      channelNames: ["x", "z"],
    });
  });

  test("reads .tsv without a header, label first; .arff; and JSON with a list in a cell", async () => {
    const all = Array.from({ length: 12 }, (_, i) => ({ label: 1 + (i % 2), x: values(i % 2, i, 0, 12) }));
    const files = [
      temporary.write("rows.tsv", all.map(({ label, x }) => [label, ...x].join("\t")).join("\n")),
      temporary.write(
        "rows.arff",
        `@relation r\n${all[0]!.x.map((_, t) => `@attribute t${t} numeric`).join("\n")}\n@attribute c {1,2}\n@data\n${all.map(({ label, x }) => [...x, label].join(",")).join("\n")}`,
      ),
      temporary.write("rows.json", JSON.stringify(all.map(({ label, x }) => ({ x, label: `c${label}` })))),
    ];
    for (const file of files) {
      const { code, stdout, stderr } = await run(["classify", file, ...quick, "--json", "--out", out()]);
      expect(stderr.includes("foresee") ? stderr : "").toBe("");
      expect(code, file).toBe(0);
      expect(JSON.parse(stdout).data, file).toMatchObject({ train: 12, classes: 2, channels: 1, length: 12 });
    }
  });

  test("a class with one example is noted, and the rest goes on", async () => {
    const file = temporary.write(
      "once.ts",
      `${ts(12, { header: "slow fast odd" })}${values(3, 1).join(",")}:odd\n`,
    );
    const { code, stdout, stderr } = await run(["classify", file, ...quick, "--out", out(), "--json"]);
    expect(code).toBe(0);
    expect(stderr).toContain('a class has one example only: "odd" (sequence 13)');
    expect(JSON.parse(stdout).test.sequences).toBe(12);
  });

  test.each([
    [
      "a label seen only in the test part",
      [train, "strange"],
      /strange\.ts: sequence 1 has the label "other"/,
    ],
    ["one class only", ["alone"], /all 6 sequences have the label "a"/],
    ["a header that lies", ["liar"], /liar\.ts, line 4: .*"@dimensions 2".*1 channel/],
    ["a file that is not there", ["missing"], /missing/],
    ["channels that differ", [train, "two"], /sequences of 2 channels, .* of 1/],
  ])("%s is one sentence and exit code 1, and leaves nothing behind", async (_, names, message) => {
    temporary.write("strange.ts", `@classLabel true other\n@data\n${values(0, 1).join(",")}:other\n`);
    temporary.write("alone.ts", ts(6, { names: ["a"] }));
    temporary.write("liar.ts", "@dimensions 2\n@classLabel true a b\n@data\n1,2:a\n");
    temporary.write("two.ts", "@classLabel true slow fast\n@data\n1,2:3,4:slow\n1,2:3,4:fast\n");
    const folder = out();
    const paths = names.map((name) => (name.endsWith(".ts") ? name : temporary.path(`${name}.ts`)));
    const { code, stdout, stderr } = await run(["classify", ...paths, "--out", folder]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("foresee");
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    [["--model", "minirokcet"], /--model takes one of auto, minirocket.*Did you mean minirocket\?/],
    [["--folds", "1"], /--folds/],
  ])("%j is wrong usage, exit code 2", async (flags, message) => {
    const { code, stderr } = await run(["classify", train, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("an interrupted training keeps a checkpoint, and --resume gives the bytes of a run without it", async () => {
    const [whole, parts] = [out(), out()];
    const command = (folder: string) => [
      "classify",
      train,
      "--model",
      "fcn",
      "--epochs",
      "3",
      "--folds",
      "2",
      "--dpi",
      "30",
      "--out",
      folder,
    ];
    await run(command(whole));
    const stop = new AbortController();
    const waiting = setInterval(() => {
      if (existsSync(join(parts, "checkpoint.safetensors"))) stop.abort();
    }, 1);
    const first = await run(command(parts), { signal: stop.signal });
    clearInterval(waiting);
    if (first.code === 130) {
      expect(first.stderr).toContain("--resume");
      expect((await run([...command(parts), "--resume"])).code).toBe(0);
    }
    expect(
      readFileSync(join(parts, "model.safetensors")).equals(readFileSync(join(whole, "model.safetensors"))),
    ).toBe(true);
    expect(existsSync(join(parts, "checkpoint.safetensors"))).toBe(false);
  });

  test("interrupted before anything is kept, it writes nothing", async () => {
    const stop = new AbortController();
    stop.abort();
    const folder = out();
    const { code, stderr } = await run(["classify", train, "--out", folder], { signal: stop.signal });
    expect(code).toBe(130);
    expect(stderr).toContain("nothing was written");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("lookback predict with a classifier", () => {
  test("gives labels and probabilities, in CSV and JSON, the bits of the test", async () => {
    const [folder, second] = [out(), out()];
    await run(["classify", train, testFile, "--model", "minirocket", "--dpi", "30", "--out", folder]);
    const { code, stdout } = await run([
      "predict",
      join(folder, "model.safetensors"),
      testFile,
      "--out",
      second,
      "--json",
    ]);
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.classes).toEqual(["fast", "slow"]);
    expect(result.predictions).toHaveLength(16);
    expect(
      Object.values(result.predictions[0].probabilities as Record<string, number>).reduce((a, b) => a + b),
    ).toBeCloseTo(1, 9);
    expect(readFileSync(join(second, "predictions.csv"), "utf8")).toBe(
      readFileSync(join(folder, "predictions.csv"), "utf8"),
    );
  });

  test("reads a table as the training table was read, with or without its labels", async () => {
    const line = (i: number, label: string) => [label, ...values(i % 2, i, 0, 12)].join(",");
    const head = `kind,${Array.from({ length: 12 }, (_, t) => `t${t}`).join(",")}`;
    const table = temporary.write(
      "kinds.csv",
      `${head}\n${Array.from({ length: 12 }, (_, i) => line(i, i % 2 ? "b" : "a")).join("\n")}\n`,
    );
    const bare = temporary.write(
      "bare.csv",
      `${head.replace("kind,", "")}\n${Array.from({ length: 3 }, (_, i) => line(i, "").slice(1)).join("\n")}\n`,
    );
    const folder = out();
    await run(["classify", table, ...quick, "--out", folder]);
    const model = join(folder, "model.safetensors");
    const labelled = JSON.parse((await run(["predict", model, table, "--out", out(), "--json"])).stdout);
    expect(labelled.predictions[1]).toMatchObject({ id: "2", actual: "b", predicted: "b" });
    const unlabelled = JSON.parse((await run(["predict", model, bare, "--out", out(), "--json"])).stdout);
    expect(unlabelled.predictions.map(({ predicted }: { predicted: string }) => predicted)).toEqual([
      "a",
      "b",
      "a",
    ]);
    expect(unlabelled.predictions[0]).not.toHaveProperty("actual");
  });

  test("sequences of other channels are refused in a sentence", async () => {
    const folder = out();
    await run(["classify", train, ...quick, "--out", folder]);
    const two = temporary.write("channels.ts", "@classLabel true slow fast\n@data\n1,2:3,4:slow\n");
    const { code, stderr } = await run(["predict", join(folder, "model.safetensors"), two, "--out", out()]);
    expect(code).toBe(1);
    expect(stderr).toContain("has 2 channels, expected 1");
  });
});
