import { median } from "../plot/sweepPlot.js";
import { prepareTutorial, type TutorialData, type TutorialRun, type TutorialSetting } from "./experiment.js";

export interface SweepPoint {
  lookBack: number;
  /** Of each seed. */
  testRmse: number[];
  median: number;
  /** Seeds whose loss stopped being finite. */
  diverged: number;
}

/** Seeds for each look_back: those that were asked for, or five from the one that was. */
export function sweepSeeds(seeds: readonly number[]): number[] {
  return seeds.length > 1 ? [...seeds] : Array.from({ length: 5 }, (_, i) => seeds[0]! + i);
}

/**
 * The windows of every look_back of a sweep, shortest first. All have the same test values, so that their errors
 * compare.
 *
 * @throws DataError when there are too few rows for the longest.
 */
export function prepareSweep(
  values: ArrayLike<number>,
  setting: TutorialSetting,
  lookBacks: readonly number[],
  testCount: number,
): TutorialData[] {
  // The longest first: if there are too few rows, its complaint says how many would do for all.
  const longestFirst = [...new Set(lookBacks)].sort((a, b) => b - a);
  return longestFirst
    .map((lookBack) => prepareTutorial(values, { ...setting, lookBack }, testCount))
    .reverse();
}

/** Trains at every look_back with every seed. */
export async function runSweep(
  all: readonly TutorialData[],
  seeds: readonly number[],
  train: (data: TutorialData, seed: number) => Promise<TutorialRun>,
): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  for (const data of all) {
    const testRmse: number[] = [];
    let diverged = 0;
    for (const seed of seeds) {
      const run = await train(data, seed);
      testRmse.push(run.testRmse);
      if (run.diverged) diverged++;
    }
    points.push({ lookBack: data.lookBack, testRmse, median: median(testRmse), diverged });
  }
  return points;
}

/** The look_back with the smallest median error; of equal ones, the first. */
export function bestPoint(points: readonly SweepPoint[]): SweepPoint {
  return points.reduce((best, point) => (point.median < best.median ? point : best));
}
