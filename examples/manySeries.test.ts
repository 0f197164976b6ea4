import { expect, it } from "vitest";
import { run } from "./manySeries.js";

it("manySeries.ts learns from all shops what a promotion does, which seasonal naive cannot", async () => {
  const { panel, models, forecasts, baseline } = await run();
  expect(panel.repairs).toMatchObject([{ id: "shop 2", how: "mask", count: 1 }]);
  expect(panel.future).toEqual(["promotion"]);
  const mase = Object.fromEntries(models.map((model) => [model.name, model.mase]));
  expect(mase["global-lstm"]).toBeLessThan(0.6 * mase["seasonal-naive"]!);
  expect(forecasts.map(({ times }) => times[0])).toEqual(baseline.map(({ times }) => times[0]));
});
