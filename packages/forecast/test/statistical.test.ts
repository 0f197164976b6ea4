import { arima, mstlArima } from "../src/arima.js";
import { naive2 } from "../src/baselines.js";
import { mstlEts } from "../src/mstlEts.js";
import { dynamicTheta, theta } from "../src/theta.js";
import { forecasterConformance } from "./forecaster.conformance.js";

for (const make of [naive2, theta, mstlEts, arima, mstlArima]) {
  forecasterConformance(make().name, { make, fewest: 3 });
}
forecasterConformance("dynamic-theta", { make: dynamicTheta, fewest: 5 });
