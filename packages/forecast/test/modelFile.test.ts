import { DataError, FormatError, loadSafetensors } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { NeuralForecaster } from "../src/neural.js";
import { seriesFromValues, sliceSeries } from "../src/series.js";
import { flights, messageOf } from "./helpers.js";
import { fitted, sameBytes } from "./smallNeural.js";

describe("saved as a file,", () => {
  test("the model forecasts the same bits when loaded, and says the same of itself", async () => {
    const forecaster = await fitted();
    const loaded = NeuralForecaster.load(forecaster.save());
    expect(await loaded.predict({ horizon: 30 })).toEqual(await forecaster.predict({ horizon: 30 }));
    expect([loaded.name, loaded.parameterCount, loaded.windows]).toEqual([
      "lstm",
      forecaster.parameterCount,
      forecaster.windows,
    ]);
    expect(sameBytes(loaded.save(), forecaster.save())).toBe(true);
  });

  test("a model of a constant series works too", async () => {
    const forecaster = await fitted(seriesFromValues(new Array(30).fill(5)));
    const { mean } = await NeuralForecaster.load(forecaster.save()).predict({ horizon: 2 });
    expect(mean.length).toBe(2);
    // Scaling there and back may lose the last bit; which one it is depends on the JavaScript engine's logarithm.
    for (const value of mean) expect(value).toBeCloseTo(5, 12);
  });

  test("its tensors carry PyTorch's names", async () => {
    const { tensors } = loadSafetensors((await fitted()).save());
    expect(Object.keys(tensors).slice(0, 6)).toEqual(
      [
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
        "rnn.bias_ih_l0",
        "rnn.bias_hh_l0",
        "head.weight",
        "head.bias",
      ].map((key) => `members.0.${key}`),
    );
  });

  test("it goes on from newer values without training", async () => {
    const forecaster = NeuralForecaster.load((await fitted(sliceSeries(flights, 0, 132))).save());
    forecaster.observe(flights);
    const { times, mean } = await forecaster.predict({ horizon: 2 });
    expect(times).toEqual(["1961-01-01", "1961-02-01"]);
    expect(mean[0]).toBe(
      forecaster.oneStep({ ...flights, values: Float64Array.of(...flights.values, 1) }, 144).mean[0],
    );
  });

  test("it does not go on from too little, or another frequency", async () => {
    const forecaster = await fitted();
    expect(messageOf(() => forecaster.observe(sliceSeries(flights, 0, 20)), DataError)).toContain(
      "needs the last 24 values",
    );
    expect(messageOf(() => forecaster.observe(seriesFromValues(flights.values)), DataError)).toContain(
      'trained on MS data, series "value" has frequency index',
    );
  });

  test("a damaged or foreign file is told in a sentence", async () => {
    const bytes = (await fitted()).save();
    const text = new TextDecoder("latin1").decode(bytes);
    const edit = (from: string, to: string) =>
      Uint8Array.from(text.replace(from, to), (char) => char.charCodeAt(0));
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(), "m.safetensors"],
      [
        new TextEncoder().encode("year,month,passengers\n1949,January,112\n"),
        "not a readable safetensors file",
      ],
      [bytes.slice(0, -100), "m.safetensors"],
      [bytes.slice(0, 300), "m.safetensors"],
      [
        edit("lookback-forecaster", "lookback-forecastex"),
        "not a forecaster that this version of Lookback can read",
      ],
      [edit('\\"outputs\\":12', '\\"outputs\\":13'), "is damaged"],
      [edit('\\"hidden\\":4', '\\"hidden\\":5'), "weights of network 1 are missing or do not fit"],
      [edit('\\"cell\\":\\"lstm\\"', '\\"cell\\":\\"gruu\\"'), "at config.cell"],
      [edit('\\"members\\":2', '\\"members\\":3'), "weights of network 3 are missing"],
      [edit('"lookback":', '"lookbagg":'), "holds tensors but no forecaster"],
    ];
    for (const [broken, part] of cases) {
      expect(messageOf(() => NeuralForecaster.load(broken, "m.safetensors"), FormatError)).toContain(part);
    }
  });
});
