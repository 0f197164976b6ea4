import { type Absent, type Contender, isPresent } from "./contender.js";
import { flops } from "./flops.js";
import { median } from "./measure.js";
import { matmulWork, type Row, type Work } from "./rows.js";

/** What one contender did with a row in one variant: a median for each round, undefined where it sat out. */
export interface Lane {
  contender: string;
  variant: string;
  rounds: (number | undefined)[];
  firstLoss: number | null;
}

/** Side by side: everyone's best variant, and the peaks measured between their turns. */
export interface Comparison {
  row: string;
  lanes: Lane[];
  /** Milliseconds of products of n × n matrices by those that set the limit. */
  peaks: (Lane & { n: number })[];
  /** Who failed, and how. */
  failures: { contender: string; variant: string; error: string }[];
}

export interface Pace {
  rounds: number;
  /** Seconds of a turn; a step that takes longer is run once. */
  seconds: number;
  /** Leaves out variants that first compile for a minute. */
  quick: boolean;
}

/** From this many operations on, the share of the machine's peak says something. */
const worthAShare = 1e7;

/** Products that the peaks are taken from: big for a BLAS, cache-sized for one thread of wasm. */
const blasSize = 1024;
const kernelSizes = [128, 256, 512];

interface Entry {
  contender: Contender;
  work: Work;
  lane: Lane;
}

/**
 * Everyone runs the row in turns, round by round, forwards and then backwards. After the first round a contender goes
 * on with its best variant and those within 1.5 times of it.
 */
export async function compare(
  row: Row,
  field: readonly (Contender | Absent)[],
  { rounds, seconds, quick }: Pace,
  onTurn: (text: string) => void,
): Promise<Comparison> {
  const failures: Comparison["failures"] = [];
  const entries: Entry[] = [];
  const enter = (contender: Contender, work: Work, variant: string) =>
    entries.push({
      contender,
      work,
      lane: { contender: contender.id, variant, rounds: [], firstLoss: null },
    });
  const variantsOf = async (contender: Contender, work: Work) => {
    try {
      return await contender.variants(work);
    } catch (error) {
      failures.push({ contender: contender.id, variant: "", error: (error as Error).message });
      return [];
    }
  };
  for (const contender of field.filter(isPresent)) {
    for (const variant of await variantsOf(contender, row.work)) {
      if (contender.id !== "sgemm" && !(quick && variant.includes("compile")))
        enter(contender, row.work, variant);
    }
    if (flops(row.work) < worthAShare) continue;
    const sizes = contender.id === "lookback-wasm-1" ? kernelSizes : [blasSize];
    if (["lookback-wasm-1", "pytorch", "sgemm"].includes(contender.id)) {
      for (const n of sizes) {
        for (const variant of await variantsOf(contender, matmulWork(n)))
          enter(contender, matmulWork(n), variant);
      }
    }
  }

  let running = entries;
  for (let round = 0; round < rounds; round++) {
    for (const entry of round % 2 === 0 ? running : [...running].reverse()) {
      const { contender, work, lane } = entry;
      onTurn(`${row.name}: round ${round + 1} of ${rounds}, ${contender.name} ${lane.variant}`);
      // Threads of the one before may still be spinning.
      await new Promise((resolve) => setTimeout(resolve, 20));
      try {
        const { ms, firstLoss } = await contender.time(work, lane.variant, seconds);
        lane.rounds[round] = ms;
        lane.firstLoss = firstLoss;
      } catch (error) {
        failures.push({ contender: contender.id, variant: lane.variant, error: (error as Error).message });
        running = running.filter((other) => other !== entry);
      }
    }
    if (round === 0) running = running.filter((entry) => entry.work !== row.work || isClose(entry, entries));
  }
  const done = entries.filter(({ lane }) => lane.rounds.some((ms) => ms !== undefined));
  return {
    row: row.name,
    lanes: done.filter(({ work }) => work.kind !== "matmul").map(({ lane }) => lane),
    peaks: done
      .filter(({ work }) => work.kind === "matmul")
      .map(({ lane, work }) => ({ ...lane, n: work.n! })),
    failures,
  };
}

/** Whether a lane's first round took less than 1.5 times the same contender's best. */
function isClose({ contender, work, lane }: Entry, entries: readonly Entry[]): boolean {
  const first = entries
    .filter((other) => other.contender === contender && other.work === work)
    .flatMap((other) => other.lane.rounds[0] ?? []);
  return (lane.rounds[0] ?? Number.POSITIVE_INFINITY) <= 1.5 * Math.min(...first);
}

export const laneMedian = (lane: Lane): number => median(lane.rounds.filter((ms) => ms !== undefined));

/** The lane in which a contender was fastest. */
export function best(lanes: readonly Lane[], contender: string): Lane | undefined {
  return lanes
    .filter((lane) => lane.contender === contender)
    .sort((a, b) => laneMedian(a) - laneMedian(b))[0];
}
