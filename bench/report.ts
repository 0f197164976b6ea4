// The tables of a run, in Markdown.
import { best, type Comparison, type Lane, laneMedian } from "./compare.js";
import { peerNames, peers, type Setting, settingNames } from "./field.js";
import { flops } from "./flops.js";
import { digits, ratio, type Spread, spread, table, withRange } from "./measure.js";
import type { RecordedRow, Results } from "./results.js";
import { type Peer, type Row, rows } from "./rows.js";

const none = "–";

const lane = (comparison: Comparison, contender: string): Lane | undefined =>
  best(comparison.lanes, contender);

function spreadOf(one: Lane): Spread {
  return spread(one.rounds.filter((ms) => ms !== undefined));
}

/** How many times as fast as a peer's best a setting of Lookback is. */
export function ratioTo(comparison: Comparison, peer: Peer, setting: Setting = "lookback"): Spread | null {
  const [theirs, ours] = [lane(comparison, peer), lane(comparison, setting)];
  return theirs && ours ? ratio(theirs.rounds, ours.rounds) : null;
}

/** What is recorded of a row, and what `--check` compares: every peer against the default and against wasm alone. */
export function withRatios(comparison: Comparison, date: string, load: number): RecordedRow {
  const ratios: Record<string, number> = {};
  const fastest: Record<string, number> = {};
  const add = (name: string, peer: Peer, setting: Setting) => {
    const [theirs, ours] = [lane(comparison, peer), lane(comparison, setting)];
    const whole = ratioTo(comparison, peer, setting);
    if (!theirs || !ours || !whole) return;
    ratios[name] = whole.median;
    fastest[name] = spreadOf(theirs).low / spreadOf(ours).low;
  };
  for (const peer of peers) add(peer, peer, "lookback");
  add("pytorch, without BLAS", "pytorch", "lookback-wasm");
  return { ...comparison, date, load, ratios, fastest };
}

function ratioCell(row: Row, comparison: Comparison, peer: Peer): string {
  const found = ratioTo(comparison, peer);
  const aim = row.aims[peer];
  if (!found) return none;
  const mark =
    aim === undefined ? "" : found.median >= aim ? `, aim ${aim}: reached` : `, aim ${aim}: missed`;
  return `${digits(found.median)}× (${digits(found.low)}–${digits(found.high)}${mark})`;
}

const msCell = (comparison: Comparison, contender: string): string => {
  const found = lane(comparison, contender);
  if (!found) return none;
  const way = found.variant === "default" ? "" : `, ${found.variant}`;
  return `${withRange(spreadOf(found))}${way}`;
};

type Measured = { row: Row; comparison: RecordedRow };

const measured = (results: Results): Measured[] =>
  rows.flatMap((row) => {
    const comparison = results.rows[row.name];
    return comparison ? [{ row, comparison }] : [];
  });

const takesPart = (all: readonly Measured[], contender: string) =>
  all.some(({ comparison }) => lane(comparison, contender) !== undefined);

function ratioTable(all: readonly Measured[]): string {
  const shown = peers.filter((peer) => takesPart(all, peer));
  return table(
    ["work", "Lookback, ms", ...shown.map((peer) => `${peerNames[peer]}, times as fast`)],
    all.map(({ row, comparison }) => [
      row.title,
      digits(laneMedian(lane(comparison, "lookback") ?? comparison.lanes[0]!)),
      ...shown.map((peer) => ratioCell(row, comparison, peer)),
    ]),
  );
}

function timeTable(all: readonly Measured[]): string {
  const shown = ["lookback", ...peers].filter((id) => takesPart(all, id));
  return table(
    ["work, ms", ...shown.map((id) => peerNames[id as Peer] ?? "Lookback")],
    all.map(({ row, comparison }) => [row.title, ...shown.map((id) => msCell(comparison, id))]),
  );
}

/** Lookback against itself: threads, and with and without the system's BLAS. */
function settingsTable(all: readonly Measured[]): string {
  const shown = (Object.keys(settingNames) as Setting[]).filter((id) => takesPart(all, id));
  const gain = (comparison: Comparison, slow: Setting, fast: Setting) => {
    const [a, b] = [lane(comparison, slow), lane(comparison, fast)];
    const found = a && b ? ratio(a.rounds, b.rounds) : null;
    return found ? `${digits(found.median)}×` : none;
  };
  const alone = (comparison: Comparison) => {
    const found = ratioTo(comparison, "pytorch", "lookback-wasm");
    return found ? `${digits(found.median)}×` : none;
  };
  return table(
    ["work, ms", ...shown.map((id) => settingNames[id]), "2 threads over 1", "without BLAS over PyTorch"],
    all.map(({ row, comparison }) => [
      row.title,
      ...shown.map((id) => msCell(comparison, id)),
      gain(comparison, "lookback-1", "lookback-2"),
      alone(comparison),
    ]),
  );
}

/** Operations a second, in GFLOP/s. */
const rate = (operations: number, ms: number) => operations / ms / 1e6;

export interface Limit {
  /** GFLOP/s of sgemm on one thread, and on all. */
  one: number;
  all: number;
  /** GFLOP/s of wasm's matrix product on one thread. */
  kernel: number;
}

/** The peaks that were measured between the turns of a row: the fastest sgemm found, whoever's it is. */
export function limit({ peaks }: Comparison): Limit {
  const fastest = (wanted: (peak: Comparison["peaks"][number]) => boolean) =>
    Math.max(0, ...peaks.filter(wanted).map((peak) => rate(2 * peak.n ** 3, laneMedian(peak))));
  const oneThread = (variant: string) => variant.startsWith("1");
  return {
    one: fastest((peak) => peak.contender !== "lookback-wasm-1" && oneThread(peak.variant)),
    all: fastest((peak) => peak.contender !== "lookback-wasm-1"),
    kernel: fastest((peak) => peak.contender === "lookback-wasm-1"),
  };
}

const peakCell = (rate: number) => (rate > 0 ? digits(rate) : none);

function limitTable(all: readonly Measured[]): string {
  const share = (comparison: Comparison, setting: Setting, operations: number, peak: number) => {
    const found = lane(comparison, setting);
    return found && peak > 0 ? `${digits((100 * rate(operations, laneMedian(found))) / peak)} %` : none;
  };
  return table(
    [
      "work",
      "MFLOP",
      "sgemm, 1 thread",
      "reached",
      "sgemm, all",
      "reached",
      "wasm's product",
      "reached without BLAS",
    ],
    all
      .filter(({ comparison }) => comparison.peaks.length > 0)
      .map(({ row, comparison }) => {
        const operations = flops(row.work);
        const { one, all: every, kernel } = limit(comparison);
        return [
          row.title,
          digits(operations / 1e6),
          peakCell(one),
          share(comparison, "lookback-1", operations, one),
          peakCell(every),
          share(comparison, "lookback", operations, every),
          peakCell(kernel),
          share(comparison, "lookback-wasm-1", operations, kernel),
        ];
      }),
  );
}

/** Pairs whose first training step from the same weights on the same data should have the same loss, and has not. */
function differences(all: readonly Measured[]): string[] {
  return all.flatMap(({ row, comparison }) => {
    const [ours, theirs] = [lane(comparison, "lookback"), lane(comparison, "pytorch")].map(
      (l) => l?.firstLoss,
    );
    if (ours == null || theirs == null || Math.abs(ours - theirs) <= 1e-4 * Math.abs(theirs)) return [];
    return [
      `**${row.title}: the first loss is ${ours}, PyTorch's is ${theirs}: they do not compute the same.**`,
    ];
  });
}

/** The rows that were measured while others wanted the processor; a benchmark alone stays below two for each core. */
function disturbed(all: readonly Measured[], cores: number): string[] {
  const busy = all.filter(({ comparison }) => comparison.load > 2 * cores);
  if (busy.length === 0) return [];
  const rows = busy.map(({ row, comparison }) => `${row.title} (${digits(comparison.load)})`).join(", ");
  return [`**The machine was busy, so do not quote these rows, measure them again.** Load average: ${rows}.`];
}

/** The whole report of what is recorded for a machine and runtime. */
export function report(results: Results): string {
  const all = measured(results);
  const { machine, field, absent } = results;
  const failures = all.flatMap(({ row, comparison }) =>
    comparison.failures.map(
      (f) => `- ${row.title}: ${f.contender}${f.variant && ` (${f.variant})`} failed: ${f.error}`,
    ),
  );
  const parts = [
    `# ${machine.cores} × ${machine.cpu}, ${machine.memory}, ${machine.runtime}`,
    "Medians of several rounds in which everyone takes turns; in brackets the smallest and largest. A training step is zeroing gradients, forward, MSE, backward, Adam. `npm run bench` makes this page; `bench/README.md` explains it.",
    [
      ...Object.entries(field).map(([id, text]) => `- ${id}: ${text}`),
      ...Object.entries(absent).map(([id, why]) => `- ${id}: absent (${why})`),
    ].join("\n"),
    "## How many times as fast as each peer's best",
    ratioTable(all),
    "## Times",
    timeTable(all),
    "## Lookback's own settings",
    settingsTable(all),
    "## The limit, GFLOP/s",
    limitTable(all),
  ];
  const wrong = [
    ...disturbed(all, machine.cores),
    ...differences(all),
    ...(failures.length > 0 ? [failures.join("\n")] : []),
  ];
  if (wrong.length > 0) parts.push("## What went wrong", ...wrong);
  return `${parts.join("\n\n")}\n`;
}
