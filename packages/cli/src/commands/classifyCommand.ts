import { CLASSIFIERS } from "@lookback/forecast";
import type { Command } from "commander";
import { oneOf, whole } from "../options.js";

/** Describes `lookback classify` and its own flags. */
export function describeClassify(command: Command): Command {
  return command
    .description(
      "learn classes from labelled sequences (.ts, .arff, CSV, TSV, Parquet, JSON), test, explain; without a test file the cross-validation is the test",
    )
    .option(
      "--model <name>",
      `auto (chosen by cross-validation), ${CLASSIFIERS.join(", ")}`,
      oneOf("--model", ["auto", ...CLASSIFIERS]),
      "auto",
    )
    .option("--label <column>", "column of labels (default: found)")
    .option("--id <column>", "column of a long table that tells sequences apart (default: found by its name)")
    .option("--time <column>", "column of a long table that orders the rows of a sequence (default: found)")
    .option("--channels <list>", "columns of values, separated by commas (default: all others)", columns)
    .option("--epochs <n>", "most passes over the data, of networks", whole("--epochs", 1, 1_000_000))
    .option(
      "--ensemble <n>",
      "networks from different seeds; their mean decides",
      whole("--ensemble", 1, 100),
    )
    .option("--augment", "train networks on jittered, scaled and cut copies as well")
    .option("--folds <n>", "parts of the cross-validation (default: 5)", whole("--folds", 2, 1000))
    .option("--seed <n>", "seed of everything random", whole("--seed", 0, 2 ** 31), 0)
    .option("--encoding <name>", "encoding of a text file (default: UTF-8)")
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNGs", whole("--dpi", 20, 1200), 200)
    .option("--resume", "go on with the interrupted run in --out");
}

/** Names separated by commas. */
export function columns(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
