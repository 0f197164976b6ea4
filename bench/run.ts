// npm run bench [-- PART … --rows A,B --peers A,B --rounds N --seconds S --quick --check --browser]; see bench/README.md.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { compare, type Pace } from "./compare.js";
import { type Absent, type Contender, isPresent } from "./contender.js";
import { peers, startField } from "./field.js";
import { parts } from "./parts.js";
import { report, withRatios } from "./report.js";
import {
  type Drop,
  drops,
  fileName,
  type RecordedRow,
  type Results,
  record,
  recorded,
  thisMachine,
  tolerated,
} from "./results.js";
import { chooseRows, type Peer, type Row } from "./rows.js";

function refuse(sentence: string): never {
  console.error(`bench: ${sentence}`);
  process.exit(2);
}

function readFlags() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rows: { type: "string", default: "" },
        peers: { type: "string", default: peers.join(",") },
        rounds: { type: "string" },
        seconds: { type: "string" },
        quick: { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        browser: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return refuse(`${(error as Error).message.split(". ")[0]}; bench/README.md lists the flags.`);
  }
}

const { values: flags, positionals } = readFlags();
const list = (text: string) => text.split(",").filter((item) => item !== "");

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  return value > 0 && value < 1000 ? value : refuse(`--${name} takes a number above 0, got "${text}".`);
}

const pace: Pace = {
  rounds: Math.ceil(positive("rounds", flags.rounds, flags.quick ? 3 : 7)),
  seconds: positive("seconds", flags.seconds, flags.quick ? 0.1 : 0.3),
  quick: flags.quick,
};
const chosen = chooseRows(list(flags.rows));
if ("unknown" in chosen)
  refuse(`there is no row "${chosen.unknown}"; --rows takes names as bench/rows.ts has them.`);
const wanted = list(flags.peers);
const strange = wanted.find((name) => !peers.includes(name as Peer));
if (strange !== undefined) refuse(`there is no peer "${strange}"; there are ${peers.join(", ")}.`);
const known = ["table", ...Object.keys(parts)];
const unknownPart = positionals.find((name) => !known.includes(name));
if (unknownPart !== undefined) refuse(`there is no part "${unknownPart}"; there are ${known.join(", ")}.`);
if (flags.check && positionals.length > 0) refuse("--check goes with rows, not with parts.");

const show = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

async function startAll(): Promise<{
  field: (Contender | Absent)[];
  machine: Results["machine"];
  close(): Promise<void>;
}> {
  if (flags.browser) {
    const { startBrowser } = await import("./browser.js");
    const { field, runtime, close } = await startBrowser(wanted as Peer[]);
    return { field, machine: thisMachine(runtime), close };
  }
  const field = await startField(wanted as Peer[]);
  const close = async () => {
    for (const contender of field.filter(isPresent)) await contender.close();
  };
  return { field, machine: thisMachine(), close };
}

/** The table, or with `--check` the comparison with what was recorded. */
async function runRows(rows: readonly Row[]): Promise<void> {
  const { field, machine, close } = await startAll();
  try {
    const before = flags.check ? recorded(machine) : null;
    if (flags.check && before === null) {
      refuse(`nothing is recorded for ${machine.kind} with ${machine.runtime}; npm run bench records it.`);
    }
    const results = describeField(field, machine);
    const dropped: Drop[] = [];
    const keeps = !flags.check && !flags.quick && wanted.length === peers.length;
    for (const [i, row] of rows.entries()) {
      const old = before?.rows[row.name];
      if (flags.check && !old) {
        console.log(`${row.name}: nothing recorded, so nothing to compare.`);
        continue;
      }
      let now = await measure(row, field);
      // A machine that was busy for a moment must not fail a check: what dropped is measured once more, for longer.
      if (old && drops(old, now).length > 0)
        now = await measure(row, field, { ...pace, rounds: 2 * pace.rounds });
      if (old) dropped.push(...tell(old, now));
      results.rows[row.name] = now;
      if (keeps) record(results, report);
      show("");
      process.stderr.write(`${i + 1} of ${rows.length}: ${row.title}\n`);
    }
    if (flags.check) {
      finishCheck(dropped);
      return;
    }
    console.log(report(results));
    console.log(
      keeps
        ? `Recorded in bench/results/${fileName(machine)}.json and .md.`
        : "Not recorded: that takes every peer, and no --quick.",
    );
  } finally {
    await close();
  }
}

async function measure(row: Row, field: readonly (Contender | Absent)[], at = pace): Promise<RecordedRow> {
  const comparison = await compare(row, field, at, show);
  return withRatios(comparison, new Date().toISOString().slice(0, 10), loadavg()[0]!);
}

function describeField(field: readonly (Contender | Absent)[], machine: Results["machine"]): Results {
  const results: Results = { machine, field: {}, absent: {}, rows: {} };
  for (const one of field) {
    if (isPresent(one)) results.field[one.id] = `${one.name} ${one.version}, ${one.detail}`;
    else results.absent[one.id] = one.absent;
  }
  return results;
}

function tell(old: RecordedRow, now: RecordedRow): Drop[] {
  const found = drops(old, now);
  for (const [peer, before] of Object.entries(old.ratios)) {
    const ratio = now.ratios[peer];
    const verdict =
      ratio === undefined ? "not here" : found.some((d) => d.peer === peer) ? "DROPPED" : "holds";
    console.log(
      `${old.row} against ${peer}: ${before.toPrecision(3)}× recorded, ${ratio?.toPrecision(3) ?? "–"}× now: ${verdict}`,
    );
  }
  return found;
}

function finishCheck(dropped: readonly Drop[]): void {
  if (dropped.length === 0) {
    console.log("No ratio dropped by a quarter.");
    return;
  }
  console.log(
    `${dropped.length} ratio${dropped.length > 1 ? "s" : ""} fell below ${tolerated} of what was recorded.`,
  );
  process.exitCode = 1;
}

const names = positionals.length > 0 ? positionals : ["table"];
for (const name of known.filter((part) => names.includes(part))) {
  if (name === "table") await runRows(chosen);
  else await parts[name]!(pace);
}
