import {
  prepareTutorial,
  type TutorialData,
  type TutorialRun,
  type TutorialSetting,
  trainTutorial,
} from "../tutorial/experiment.js";
import { passengers } from "../tutorial/passengers.js";

/** The tutorial's section 4 as published, but for its cell. */
const published: Omit<TutorialSetting, "cell"> = {
  lookBack: 3,
  hidden: 6,
  layers: 2,
  epochs: 1000,
  lr: 0.1,
  layout: "sequence",
  scaler: "all",
};

/** The flights from a month on: as if the record began there. The test windows stay the same. */
export function flightsFrom(month: number): TutorialData {
  const all = prepareTutorial(passengers, published);
  return month === 0 ? all : prepareTutorial(passengers.slice(month), published, all.test);
}

/** One training of section 4. */
export function trainFlights(
  data: TutorialData,
  cell: TutorialSetting["cell"],
  seed: number,
  signal: AbortSignal | undefined,
): Promise<TutorialRun> {
  return trainTutorial(data, { ...published, cell }, seed, { signal });
}
