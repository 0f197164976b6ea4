import { describe, expect, test } from "vitest";
import { dynamicTheta, smoothExponentially, theta } from "../src/theta.js";
import { classical, relativeDistance, rSeries } from "./classical.js";

describe.each(Object.keys(rSeries))("on R's %s", (name) => {
  test("Theta's points and intervals are those of its formulas in R", async () => {
    const model = theta();
    await model.fit(rSeries[name]!);
    const { mean, levels } = await model.predict({ horizon: 18, levels: [95] });
    expect(relativeDistance(mean, classical[`theta ${name}`]!)).toBeLessThan(2e-5);
    expect(relativeDistance(levels[0]!.hi, classical[`thetaHi ${name}`]!)).toBeLessThan(2e-5);
  });

  test("the dynamic Theta's points are those of its formulas in R", async () => {
    const model = dynamicTheta();
    await model.fit(rSeries[name]!);
    const { mean } = await model.predict({ horizon: 18 });
    expect(relativeDistance(mean, classical[`dotm ${name}`]!)).toBeLessThan(2e-4);
  });
});

test("exponential smoothing of a constant is the constant", () => {
  const { level, squares } = smoothExponentially(new Float64Array(9).fill(4));
  expect(level).toBeCloseTo(4, 12);
  expect(squares).toBeCloseTo(0, 20);
});
