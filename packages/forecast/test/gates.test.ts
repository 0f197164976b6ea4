import { describe, expect, test } from "vitest";
import { GlobalNeuralForecaster } from "../src/globalNeural.js";
import { NeuralForecaster } from "../src/neural.js";
import { seriesFromValues } from "../src/series.js";
import { flights } from "./helpers.js";

const small = { hidden: 5, epochs: 2, ensemble: 1, horizon: 6 } as const;

describe("gates", () => {
  test.each([
    ["lstm", ["input", "forget", "output"]],
    ["gru", ["reset", "update"]],
  ] as const)("of an %s are open or closed at every step of its last window", async (cell, names) => {
    const model = new NeuralForecaster({ ...small, cell, lookback: 12 });
    await model.fit(flights);
    const { times, gates } = model.gates()!;
    expect(gates.map(({ name }) => name)).toEqual(names);
    expect([times.length, times.at(-1), times[0]]).toEqual([12, "1960-12-01", "1960-01-01"]);
    for (const { units } of gates) {
      expect(units).toHaveLength(5);
      for (const unit of units) {
        expect(unit).toHaveLength(12);
        expect(unit.every((open) => open > 0 && open < 1)).toBe(true);
      }
    }
  });

  test("are the same of a saved model", async () => {
    const model = new NeuralForecaster({ ...small, cell: "lstm" });
    await model.fit(flights);
    const loaded = NeuralForecaster.load(model.save());
    expect(loaded.gates()).toEqual(model.gates());
  });

  test.each(["rnn", "tcn"] as const)("of an %s there are none", async (cell) => {
    const model = new NeuralForecaster({ ...small, cell });
    await model.fit(flights);
    expect(model.gates()).toBeUndefined();
  });

  test("of one network over many series are asked for by series, a patch being a step", async () => {
    const other = seriesFromValues(
      flights.values.map((value) => 1000 - value),
      {
        ...{ id: "other", freq: "MS", start: "1949-01-01" },
      },
    );
    const model = new GlobalNeuralForecaster({ ...small, head: 8, cell: "gru" });
    await model.fit([flights, other]);
    const [first, second] = [model.gates(0)!, model.gates(1)!];
    expect(first.gates).not.toEqual(second.gates);
    expect(first.times.at(-1)).toBe("1960-12-01");
    expect(model.gates(2)).toBeUndefined();
  });

  test("of a padded window begin with its series", async () => {
    const short = seriesFromValues(flights.values.subarray(0, 30), { freq: "MS", start: "1949-01-01" });
    const model = new GlobalNeuralForecaster({ ...small, head: 8, lookback: 48, patch: 6 });
    await model.fit([flights, short]);
    const { times, gates } = model.gates(1)!;
    expect(times).toEqual(["1949-06-01", "1949-12-01", "1950-06-01", "1950-12-01", "1951-06-01"]);
    expect(gates[0]!.units[0]).toHaveLength(5);
  });
});
