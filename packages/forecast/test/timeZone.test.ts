import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { readGolden } from "../../../golden/read.js";
import { panelFromTable } from "../src/panel.js";
import { futureTimes } from "../src/series.js";
import { seriesFromTable } from "../src/seriesFromTable.js";
import { DAY } from "../src/time.js";
import { formatTime, readTime, styleOf } from "../src/timeStyle.js";
import { instantsOf, timeZone, wallClock } from "../src/timeZone.js";
import { file, messageOf } from "./helpers.js";

type Case = { zone: string; wall: string; moments: number[] };
const { cases } = readGolden<{ readme: string; madeWith: never; cases: Case[] }>("time_zones");

test.each([...new Set(cases.map(({ zone }) => zone))])(
  "%s shows the times that Python's zoneinfo shows, also when its clocks change",
  (name) => {
    const zone = timeZone(name);
    for (const { wall, moments } of cases.filter((one) => one.zone === name)) {
      const clock = readTime(wall)!;
      expect([wall, ...instantsOf(zone, clock)]).toEqual([wall, ...moments]);
      for (const moment of moments) expect(wallClock(zone, moment)).toBe(clock);
    }
  },
);

test("a time in a zone is written as RFC 9557 has it, and reads back as the same moment", () => {
  const style = { kind: "datetime", zone: "Europe/Berlin" } as const;
  const moment = Date.UTC(2020, 9, 25, 1, 30);
  const text = formatTime(moment, style);
  expect(text).toBe("2020-10-25T02:30:00+01:00[Europe/Berlin]");
  expect(readTime(text)).toBe(moment);
  expect(styleOf(text)).toEqual(style);
});

const y = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("local times of a named zone", () => {
  const autumn = ["01:00", "02:00", "02:00", "03:00", "04:00"].map((time) => `2020-10-25 ${time}`);

  test("keep the hour that comes twice as two hours", () => {
    const [series] = seriesFromTable(file({ date: autumn, y: y(5) }), { timeZone: "Europe/Berlin" });
    expect(series!.freq).toBe("h");
    expect(series!.times.slice(0, 4)).toEqual([
      "2020-10-25T01:00:00+02:00[Europe/Berlin]",
      "2020-10-25T02:00:00+02:00[Europe/Berlin]",
      "2020-10-25T02:00:00+01:00[Europe/Berlin]",
      "2020-10-25T03:00:00+01:00[Europe/Berlin]",
    ]);
  });

  test("go on across the next change of the clocks", () => {
    const [series] = seriesFromTable(
      file({
        date: ["2021-03-27 22:00", "2021-03-27 23:00", "2021-03-28 00:00", "2021-03-28 01:00"],
        y: y(4),
      }),
      { timeZone: "Europe/Berlin" },
    );
    expect(futureTimes(series!, 2)).toEqual([
      "2021-03-28T03:00:00+02:00[Europe/Berlin]",
      "2021-03-28T04:00:00+02:00[Europe/Berlin]",
    ]);
  });

  test("that the clocks skipped are an error that names the line", () => {
    const date = ["2020-03-29 01:00", "2020-03-29 02:00", "2020-03-29 03:00"];
    const message = messageOf(
      () => seriesFromTable(file({ date, y: y(3) }), { timeZone: "Europe/Berlin" }),
      DataError,
    );
    expect(message).toContain("2020-03-29T02:00:00 in line 3, an hour that Europe/Berlin skipped");
  });

  test("are dates where every step is a day, whether it has 23 hours or 25", () => {
    const date = [27, 28, 29, 30].map((day) => `2020-03-${day}`);
    const panel = panelFromTable(file({ date, y: y(4) }), { timeZone: "Europe/Berlin" });
    expect([panel.series[0]!.freq, panel.series[0]!.times[0]]).toEqual(["D", "2020-03-27"]);
    expect(panel.timeZone).toBe("Europe/Berlin");
  });
});

describe("moments with offsets", () => {
  const days = [
    "2020-03-28T00:00+01:00",
    "2020-03-29T00:00+01:00",
    "2020-03-30T00:00+02:00",
    "2020-03-31T00:00+02:00",
  ];

  test("at the same local time of day are days", () => {
    const [series] = seriesFromTable(file({ date: days, y: y(4) }));
    expect([series!.freq, series!.times[2]]).toEqual(["D", "2020-03-30"]);
  });

  test("are written in the zone asked for", () => {
    const hours = [0, 1, 2, 3].map((hour) => `2020-01-01T0${hour}:00Z`);
    const [series] = seriesFromTable(file({ date: hours, y: y(4) }), { timeZone: "Asia/Shanghai" });
    expect(series!.times[0]).toBe("2020-01-01T08:00:00+08:00[Asia/Shanghai]");
    expect(readTime(series!.times[0]!)).toBe(18262 * DAY);
  });

  test("keep the zone that they name themselves", () => {
    const hours = [0, 1, 2].map((hour) => `2020-01-01T0${hour}:00+01:00[Europe/Berlin]`);
    expect(seriesFromTable(file({ date: hours, y: y(3) }))[0]!.times[2]).toBe(
      "2020-01-01T02:00:00+01:00[Europe/Berlin]",
    );
  });
});

test.each<[string, Record<string, (string | number)[]>, string, string]>([
  [
    "an unknown zone",
    { date: ["2020-01-01"], y: [1] },
    "Europe/Berlim",
    'no time zone named "Europe/Berlim"',
  ],
  ["a zone for an index", { t: [1, 2, 3], y: [1, 2, 3] }, "UTC", 'column "t" holds whole numbers'],
])("%s is refused", (_, columns, zone, part) => {
  expect(messageOf(() => seriesFromTable(file(columns), { timeZone: zone }), ArgumentError)).toContain(part);
});

test("a zone that a column names and nobody knows is refused", () => {
  const hours = [0, 1, 2].map((hour) => `2020-01-01T0${hour}:00+01:00[Mars/Olympus]`);
  expect(messageOf(() => seriesFromTable(file({ date: hours, y: y(3) })), ArgumentError)).toContain(
    "Mars/Olympus",
  );
});
