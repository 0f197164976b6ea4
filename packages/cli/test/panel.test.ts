import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** A file of lines in a new folder. */
function write(lines: readonly string[]): string {
  const file = join(newFolder(), "table.csv");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
const value = (shop: number, i: number) => 50 + 10 * shop + ((i * (shop + 3)) % 7) + i * 0.2;

/** A long table of shops with a week's season; `more` appends cells. */
function shops(count: number, days: number, more: (shop: number, i: number) => string = () => ""): string[] {
  const lines: string[] = [];
  for (let shop = 0; shop < count; shop++) {
    for (let i = 0; i < days; i++) lines.push(`s${shop},${day(i)},${value(shop, i)}${more(shop, i)}`);
  }
  return lines;
}

const json = async (argv: readonly string[]) => {
  const { code, stdout, stderr } = await run([...argv, "--json", "--dpi", "40"]);
  expect([code, stderr.replace(/^ *\d+ %.*\n/gm, "")]).toEqual([0, expect.any(String)]);
  return { document: JSON.parse(stdout), stderr };
};

describe("lookback forecast of several series", () => {
  it("leaves a bad one out, says so, and names it in series.csv, JSON and report", async () => {
    const lines = shops(3, 40);
    lines.push("broken,2024-01-01,1", "broken,2024-01-02,x", "broken,2024-01-03,3");
    const out = newFolder();
    const file = write(["shop,date,sales", ...lines]);
    const { document, stderr } = await json([
      "forecast",
      file,
      "--id",
      "shop",
      "--model",
      "theta",
      "--out",
      out,
    ]);
    expect(stderr).toContain("1 of 4 series is left out: ");
    expect(document.data.skipped).toEqual([
      {
        id: "broken",
        reason: expect.stringContaining(
          'series "broken": column "sales" must hold a number in every row, but line 123 holds "x"',
        ),
      },
    ]);
    expect(document.data.series).toBe(3);
    expect(document.forecast).toHaveLength(3 * 7);
    const rows = readFileSync(document.files.series, "utf8").trim().split("\n");
    expect(rows).toHaveLength(5);
    expect(rows[1]).toMatch(/^s0,theta,40,2024-01-01,2024-02-09,D,7,[\d.]+,/);
    expect(rows[4]).toMatch(/^broken,{13}".*line 123 holds ""x""/);
    expect(readFileSync(document.files.report, "utf8")).toContain("Left out: 1 series");
  });

  it("learns one network from all, and its file forecasts the same, and goes on from newer rows", async () => {
    const out = newFolder();
    const file = write(["shop,date,sales", ...shops(3, 60)]);
    const flags = [
      "--id",
      "shop",
      "--model",
      "gru",
      "--epochs",
      "2",
      "--ensemble",
      "1",
      "--hidden",
      "4",
      "--windows",
      "1",
    ];
    const { document } = await json(["forecast", file, ...flags, "--out", out]);
    expect(document.model.name).toBe("global-gru");
    expect(document.model.files).toBeUndefined();
    const again = await json([
      "predict",
      document.model.file,
      file,
      "--id",
      "shop",
      "--out",
      join(out, "again"),
    ]);
    expect(again.document.forecast).toEqual(document.forecast);
    const newer = write(["shop,date,sales", ...shops(3, 65)]);
    const later = await json([
      "predict",
      document.model.file,
      newer,
      "--id",
      "shop",
      "--out",
      join(out, "later"),
    ]);
    expect(later.document.forecast[0].time).toBe(day(65));
    const fewer = write(["shop,date,sales", ...shops(2, 60)]);
    const lacking = await run([
      "predict",
      document.model.file,
      fewer,
      "--id",
      "shop",
      "--out",
      join(out, "fewer"),
    ]);
    expect([lacking.code, lacking.stderr]).toEqual([1, expect.stringContaining('the table lacks "s2"')]);
  });

  it("interrupted while one network learns from all, goes on to the same bits, also after the training", async () => {
    const file = write(["shop,date,sales", ...shops(3, 60)]);
    const flags = [
      "--id",
      "shop",
      "--model",
      "gru",
      "--epochs",
      "60",
      "--ensemble",
      "1",
      "--hidden",
      "8",
      "--windows",
      "1",
      "--dpi",
      "40",
    ];
    const whole = newFolder();
    await run(["forecast", file, ...flags, "--out", whole]);
    const out = join(newFolder(), "parts");
    for (const delay of [50, 200, 600, 1500]) {
      const interrupt = new AbortController();
      const watch = setInterval(() => existsSync(out) && setTimeout(() => interrupt.abort(), delay), 5);
      const { code } = await run(["forecast", file, ...flags, "--out", out], { signal: interrupt.signal });
      clearInterval(watch);
      if (code === 130 && readdirSync(out).length > 0) break;
    }
    if (existsSync(join(out, "checkpoint-1.safetensors"))) {
      expect((await run(["forecast", file, ...flags, "--resume", "--out", out])).code).toBe(0);
    }
    const model = (folder: string) => readFileSync(join(folder, "model.safetensors"));
    expect(model(out).equals(model(whole))).toBe(true);
    // as a run leaves it that is interrupted in its backtest: the training is done
    const later = newFolder();
    writeFileSync(join(later, "checkpoint-1.safetensors"), model(whole));
    expect((await run(["forecast", file, ...flags, "--resume", "--out", later])).code).toBe(0);
    expect(model(later).equals(model(whole))).toBe(true);
    writeFileSync(join(later, "checkpoint-1.safetensors"), model(whole));
    const other = await run(["forecast", file, ...flags, "--seed", "4", "--resume", "--out", later]);
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining("belongs to other data or other options"),
    ]);
  });

  it.each(["theta", "dynamic-theta", "mstl-ets", "arima", "mstl-arima", "seasonal-naive", "naive", "drift"])(
    "a saved %s forecasts the same as the run that saved it",
    async (model) => {
      const out = newFolder();
      const file = write(["shop,date,sales", ...shops(2, 40)]);
      const { document } = await json([
        "forecast",
        file,
        "--id",
        "shop",
        "--model",
        model,
        "--windows",
        "1",
        "--out",
        out,
      ]);
      const again = await json([
        "predict",
        document.model.file,
        file,
        "--id",
        "shop",
        "--out",
        join(out, "again"),
      ]);
      expect(again.document.forecast).toEqual(document.forecast);
    },
  );

  it("takes a wide table, and says that it was taken as one", async () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `${day(i)},${[0, 1, 2].map((s) => value(s, i)).join(",")}`,
    );
    const file = write(["date,store_1,store_2,store_3", ...lines]);
    const { document, stderr } = await json(["forecast", file, "--model", "naive", "--out", newFolder()]);
    expect(document.data).toMatchObject({ layout: "wide", series: 3 });
    expect(stderr).toContain("The 3 columns of numbers");
    const chinese = await run([
      "forecast",
      file,
      "--model",
      "naive",
      "--dpi",
      "40",
      "--lang",
      "zh",
      "--out",
      newFolder(),
    ]);
    expect(chinese.stderr).toContain("3 个数值列");
    expect(chinese.stdout).toContain("3 条序列");
  });

  it("takes covariates known ahead, past ones and static ones", async () => {
    const lines = shops(
      2,
      67,
      (shop, i) => `,${i % 5 === 0 ? 1 : 0},${i < 60 ? i % 3 : ""},${shop === 0 ? "north" : "south"}`,
    ).map((line) =>
      Number(line.split(",")[1]!.slice(5, 7)) === 3 && Number(line.split(",")[1]!.slice(8)) > 0
        ? line.replace(/^([^,]*,[^,]*),[^,]*/, "$1,")
        : line,
    );
    const file = write(["shop,date,sales,promo,traffic,region", ...lines]);
    const { document, stderr } = await json([
      ...[
        "forecast",
        file,
        "--id",
        "shop",
        "--target",
        "sales",
        "--covariates",
        "promo,traffic",
        "--static",
        "region",
      ],
      ...[
        "--model",
        "lstm",
        "--epochs",
        "1",
        "--ensemble",
        "1",
        "--hidden",
        "4",
        "--windows",
        "1",
        "--horizon",
        "7",
        "--out",
        newFolder(),
      ],
    ]);
    expect(document.data.covariates).toEqual({ past: ["traffic"], future: ["promo"], static: ["region"] });
    expect(stderr).toContain("Known ahead: promo.");
    expect(document.forecast[0].time).toBe("2024-03-01");
  });

  it("masks gaps, and reports them by row", async () => {
    const lines = shops(1, 60).map((line, i) => (i === 20 ? line.replace(/,[^,]*$/, ",") : line));
    lines.splice(30, 1);
    const file = write(["shop,date,sales", ...lines]);
    const { document, stderr } = await json([
      "forecast",
      file,
      "--fill-gaps",
      "mask",
      "--model",
      "theta",
      "--out",
      newFolder(),
    ]);
    expect(document.data.repairs).toEqual([
      { id: "sales", how: "mask", count: 2, places: [`${day(20)} (line 22)`, `${day(30)} (after line 31)`] },
    ]);
    expect(stderr).toContain("left out of training and scores (masked): 2");
  });

  it("writes times of a named zone with their offsets, as other programs read them", async () => {
    const hours = Array.from(
      { length: 60 },
      (_, i) => `${new Date(Date.UTC(2024, 2, 29, i)).toISOString().slice(0, 16)}Z,${i % 24}`,
    );
    const file = write(["time,load", ...hours]);
    const { document } = await json([
      "forecast",
      file,
      "--time-zone",
      "Europe/Berlin",
      "--model",
      "seasonal-naive",
      "--horizon",
      "2",
      "--out",
      newFolder(),
    ]);
    expect(document.data.to).toBe("2024-03-31T13:00:00+02:00");
    expect(document.forecast[0].time).toBe("2024-03-31T14:00:00+02:00");
    expect(readFileSync(document.files.csv, "utf8")).toContain("load,2024-03-31T14:00:00+02:00,");
  });
});

describe("lookback forecast without --model", () => {
  it("lets auto look back and blend, and says how it decided", async () => {
    const file = write(["date,sales", ...shops(1, 45).map((line) => line.slice(line.indexOf(",") + 1))]);
    const out = newFolder();
    const { document } = await json(["forecast", file, "--windows", "1", "--out", out]);
    expect(document.model.name).toBe("auto");
    const { candidates } = document.model.decision;
    expect(candidates.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["theta", "mstl-ets", "lstm", "seasonal-naive"]),
    );
    const total = candidates.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0);
    expect(total).toBeCloseTo(1, 9);
    expect(document.backtest.models[0].name).toBe("auto");
    expect(readFileSync(document.files.report, "utf8")).toContain("How the model was chosen");
    const again = await json(["predict", document.model.file, file, "--out", join(out, "again")]);
    expect(again.document.forecast).toEqual(document.forecast);
    const newer = write(["date,sales", ...shops(1, 50).map((line) => line.slice(line.indexOf(",") + 1))]);
    const later = await json(["predict", document.model.file, newer, "--out", join(out, "newer")]);
    // five months later, from the newer rows
    expect(later.document.forecast[0].time).toBe(document.forecast[5].time);
    expect(later.document.forecast[0].mean).not.toBe(document.forecast[5].mean);
  });
});
