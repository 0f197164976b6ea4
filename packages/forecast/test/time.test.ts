import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR, parseMonth, parseTime } from "../src/time.js";
import { formatTime, readTime, styleOf } from "../src/timeStyle.js";

const iso = (text: string) => {
  const time = parseTime(text);
  return time && new Date(time.clock).toISOString();
};

test.each([
  ["2020-01-31", "2020-01-31T00:00:00.000Z"],
  ["2020/1/5", "2020-01-05T00:00:00.000Z"],
  ["2020.01.05", "2020-01-05T00:00:00.000Z"],
  ["2020-01-31 13:30", "2020-01-31T13:30:00.000Z"],
  ["2020-01-31T13:30:15.25", "2020-01-31T13:30:15.250Z"],
  ["2020-01-31T13:30:15.123456789", "2020-01-31T13:30:15.123Z"],
  ["1949-01", "1949-01-01T00:00:00.000Z"],
  ["1949M1", "1949-01-01T00:00:00.000Z"],
  ["Jan 1949", "1949-01-01T00:00:00.000Z"],
  ["1949 January", "1949-01-01T00:00:00.000Z"],
  ["Sept. 1949", "1949-09-01T00:00:00.000Z"],
  ["5 Mar 1949", "1949-03-05T00:00:00.000Z"],
  ["March 5, 1949", "1949-03-05T00:00:00.000Z"],
  ["1949年3月", "1949-03-01T00:00:00.000Z"],
  ["1949年3月5日", "1949-03-05T00:00:00.000Z"],
  ["1949Q2", "1949-04-01T00:00:00.000Z"],
  ["Q4 1949", "1949-10-01T00:00:00.000Z"],
  ["2020-W01", "2019-12-30T00:00:00.000Z"],
  ["2020W53", "2020-12-28T00:00:00.000Z"],
  ["1949", "1949-01-01T00:00:00.000Z"],
  ["0033-04-03", "0033-04-03T00:00:00.000Z"],
])("%s is read as %s", (text, expected) => {
  expect(iso(text)).toBe(expected);
});

test.each([
  "2020-02-30",
  "2020-13-01",
  "2020-01-01T25:00",
  "2021-W53",
  "0000-01-01",
  "soon",
  "",
  "12",
  "2020-",
  "Foo 1949",
])('"%s" is not a time', (text) => {
  expect(parseTime(text)).toBeUndefined();
});

test("an offset from UTC is kept beside the wall clock", () => {
  expect(parseTime("2020-01-31T13:30:00+08:00")).toEqual({
    clock: Date.UTC(2020, 0, 31, 13, 30),
    offset: 480,
  });
  expect(parseTime("2020-01-31T13:30:00-0330")?.offset).toBe(-210);
  expect(parseTime("2020-01-31T13:30:00Z")?.offset).toBe(0);
});

test.each([
  ["January", 1],
  ["feb", 2],
  ["SEPT.", 9],
  ["12", 12],
  ["03", 3],
  ["3月", 3],
  ["十二月", 12],
])("the month %s is number %i", (text, month) => {
  expect(parseMonth(text)).toBe(month);
});

test.each(["0", "13", "Foo", "十三月", ""])('"%s" is not a month', (text) => {
  expect(parseMonth(text)).toBeUndefined();
});

test("a written time reads back as the same time, in every style", () => {
  const styles = [
    { kind: "index", step: 1 },
    { kind: "date", step: DAY },
    { kind: "datetime", step: 1 },
    { kind: "datetime", step: HOUR, offset: 0 },
    { kind: "datetime", step: 1, offset: -210 },
  ] as const;
  fc.assert(
    fc.property(
      fc.integer({ min: -10_000, max: 40_000 }),
      fc.constantFrom(...styles),
      (n, { step, ...style }) => {
        const clock = n * step;
        const text = formatTime(clock, style);
        expect(readTime(text)).toBe(clock);
        expect(styleOf(text)).toEqual(style);
      },
    ),
  );
});
