import { expect, test } from "vitest";
import { editDistance, firstFew, nearest } from "../src/suggest.js";

test.each([
  ["kitten", "sitting", 3],
  ["", "abc", 3],
  ["abc", "", 3],
  ["same", "same", 0],
])("the edit distance from %s to %s is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("nearest ignores case and finds nothing when nothing is near", () => {
  expect(nearest("Passenger", ["year", "passengers"])).toBe("passengers");
  expect(nearest("sales", ["year", "month"])).toBeUndefined();
});

test("a long list is cut and counted", () => {
  expect(firstFew(["a", "b"])).toBe("a, b");
  expect(firstFew(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
});
