import { nearest } from "@lookback/forecast";
import type { Command } from "commander";
import { type AnomalyFlags, anomalies } from "./commands/anomalies.js";
import { type ClassifyFlags, classify } from "./commands/classify.js";
import { columns, describeClassify } from "./commands/classifyCommand.js";
import { type CompareFlags, compare, comparedByDefault } from "./commands/compare.js";
import { type ForecastFlags, forecast } from "./commands/forecast.js";
import { info } from "./commands/info.js";
import { type PredictFlags, predict } from "./commands/predict.js";
import { type TuneFlags, tune } from "./commands/tune.js";
import { type TutorialFlags, tutorial, tutorialSections } from "./commands/tutorial.js";
import { startEngine } from "./engine.js";
import { UsageError } from "./errors.js";
import { Console, type Io } from "./io.js";
import { defaultLang, type Lang } from "./messages.js";
import { modelNames } from "./models.js";
import { levels, names, oneOf, positive, range, whole } from "./options.js";

interface SharedFlags {
  lang: Lang;
  json?: boolean;
  quiet?: boolean;
}

/** Adds every command of `lookback` to the program. */
export function addCommands(program: Command, argv: readonly string[], io: Io): void {
  const consoleOf = (flags: SharedFlags) =>
    new Console(io, flags.lang, flags.json === true, flags.quiet === true);
  const shown = `lookback ${argv.map(quote).join(" ")}`;

  shared(withTable(program.command("forecast <file>")), io)
    .description(
      "train on a table (CSV, TSV, Parquet, JSON; - for standard input), backtest beside baselines, forecast",
    )
    .option(
      "--horizon <n>",
      "steps ahead (default: one season, at most 24; 12 without a season)",
      whole("--horizon", 1, 100_000),
    )
    .option(
      "--lookback <n>",
      "steps that the network sees (default: 1¼ seasons)",
      whole("--lookback", 1, 100_000),
    )
    .option(
      "--model <name>",
      `${modelNames.join(", ")} (default: auto, what a backtest of the training part picks or blends)`,
      oneOf("--model", modelNames),
    )
    .option("--global", "one network over all series (the default with several)")
    .option("--local", "a network for each series")
    .option(
      "--hidden <n>",
      "units of each layer (default: 16, of one over all series 32)",
      whole("--hidden", 1, 4096),
    )
    .option(
      "--layers <n>",
      "layers (default: 1; of a tcn as many as see the whole window)",
      whole("--layers", 1, 16),
    )
    .option(
      "--epochs <n>",
      "most passes over the data (default: 60, fewer with much data)",
      whole("--epochs", 1, 1_000_000),
    )
    .option(
      "--lr <x>",
      "learning rate (default: 0.01, of a network over all series 0.001)",
      positive("--lr", 10),
    )
    .option(
      "--ensemble <n>",
      "networks from different seeds; their median is the forecast (default: 3)",
      whole("--ensemble", 1, 100),
    )
    .option(
      "--strategy <name>",
      "direct (all steps at once) or recursive (default: direct)",
      oneOf("--strategy", ["direct", "recursive"]),
    )
    .option(
      "--scaler <name>",
      "what brings a network's windows to one scale: standard, minmax or window",
      oneOf("--scaler", ["standard", "minmax", "window"]),
    )
    .option(
      "--log <choice>",
      "logarithms before a network: auto, on or off (default: auto)",
      oneOf("--log", ["auto", "on", "off"]),
    )
    .option("--seed <n>", "seed of everything random", whole("--seed", 0, 2 ** 31), 0)
    .option("--levels <list>", "intervals in per cent", levels, [80, 95])
    .option("--windows <n>", "origins of the backtest (default: up to 4)", whole("--windows", 1, 1000))
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNG", whole("--dpi", 20, 1200), 200)
    .option("--resume", "go on with the interrupted run in --out")
    .action((file: string, flags: ForecastFlags & SharedFlags) =>
      forecast(file, flags, consoleOf(flags), shown),
    );

  shared(withTable(program.command("predict <model> <file>")), io)
    .description(
      "forecast after a table's last row, or classify its sequences, with a saved model, without training",
    )
    .option("--label <column>", "with a classifier: column of labels to compare with")
    .option(
      "--channels <list>",
      "with a classifier: columns of values (default: the training table's)",
      columns,
    )
    .option(
      "--horizon <n>",
      "steps ahead (default: what the model was trained for)",
      whole("--horizon", 1, 100_000),
    )
    .option("--levels <list>", "intervals in per cent", levels, [80, 95])
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNG", whole("--dpi", 20, 1200), 200)
    .action((model: string, file: string, flags: PredictFlags & SharedFlags) =>
      predict(model, file, flags, consoleOf(flags), shown),
    );

  shared(describeClassify(program.command("classify <train> [test]")), io).action(
    (file: string, test: string | undefined, flags: ClassifyFlags & SharedFlags) =>
      classify(file, test, flags, consoleOf(flags), shown),
  );

  shared(withTable(program.command("compare <file>")), io)
    .description(
      "rnn, lstm, gru, tcn, classical models and baselines side by side: size, time, accuracy over seeds",
    )
    .option("--series <id>", "the series to compare on, where there are several")
    .option("--models <list>", "models to compare", names("--models"), comparedByDefault)
    .option("--horizon <n>", "steps ahead (default: one season, at most 24)", whole("--horizon", 1, 100_000))
    .option("--windows <n>", "origins of the backtest", whole("--windows", 1, 1000), 3)
    .option("--seeds <n>", "seeds of each network", whole("--seeds", 1, 100), 5)
    .option("--epochs <n>", "most passes over the data (default: 60)", whole("--epochs", 1, 1_000_000))
    .option("--hidden <n>", "units of each layer (default: 16)", whole("--hidden", 1, 4096))
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNG", whole("--dpi", 20, 1200), 200)
    .action((file: string, flags: CompareFlags & SharedFlags) => compare(file, flags, consoleOf(flags)));

  shared(withTable(program.command("tune <file>")), io)
    .description("search a network's lookback, size, learning rate and transforms by successive halving")
    .option("--series <id>", "the series to search on, where there are several")
    .option("--horizon <n>", "steps ahead (default: one season, at most 24)", whole("--horizon", 1, 100_000))
    .option("--trials <n>", "configurations in the first round", whole("--trials", 1, 10_000), 27)
    .option("--epochs <n>", "passes over the data in the last round", whole("--epochs", 1, 1_000_000), 60)
    .option("--windows <n>", "origins of the backtest that judges", whole("--windows", 1, 1000), 3)
    .option("--seed <n>", "seed of the search and of the networks", whole("--seed", 0, 2 ** 31), 0)
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNG", whole("--dpi", 20, 1200), 200)
    .option("--resume", "go on with the interrupted search in --out")
    .action((file: string, flags: TuneFlags & SharedFlags) => tune(file, flags, consoleOf(flags), shown));

  shared(withTable(program.command("anomalies <file>")), io)
    .description("values outside the interval that a model, knowing only the past, gave for them")
    .option("--level <n>", "interval in per cent", whole("--level", 50, 99), 99)
    .option(
      "--model <name>",
      modelNames.filter((name) => name !== "auto").join(", "),
      oneOf(
        "--model",
        modelNames.filter((name) => name !== "auto"),
      ),
      "mstl-ets",
    )
    .option(
      "--horizon <n>",
      "steps ahead that values are forecast (default: one season)",
      whole("--horizon", 1, 100_000),
    )
    .option(
      "--windows <n>",
      "forecasts to look at (default: half of the series)",
      whole("--windows", 1, 100_000),
    )
    .option("--seed <n>", "seed of a network", whole("--seed", 0, 2 ** 31), 0)
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNG", whole("--dpi", 20, 1200), 200)
    .action((file: string, flags: AnomalyFlags & SharedFlags) => anomalies(file, flags, consoleOf(flags)));

  shared(program.command("tutorial [file]"), io)
    .description("the lecture notes' LSTM on the flights data, exactly as published, and what it is worth")
    .option("--cell <name>", "rnn, gru or lstm", oneOf("--cell", ["rnn", "gru", "lstm"]), "lstm")
    .option("--look-back <n>", "months that the model sees", whole("--look-back", 1, 1000), 3)
    .option("--hidden <n>", "units of each layer", whole("--hidden", 1, 4096), 6)
    .option("--layers <n>", "recurrent layers", whole("--layers", 1, 16), 2)
    .option("--epochs <n>", "passes over the data", whole("--epochs", 1, 1_000_000), 1000)
    .option("--lr <x>", "learning rate of Adam", positive("--lr", 10), 0.1)
    .option("--seed <n>", "a seed, or several: 0..9", range("--seed", 0, 2 ** 31), [0])
    .option(
      "--layout <name>",
      "sequence (the tutorial's: all windows are one sequence) or batch",
      oneOf("--layout", ["sequence", "batch"]),
      "sequence",
    )
    .option(
      "--scaler <name>",
      "rows that the scaler sees: all (the tutorial's) or train",
      oneOf("--scaler", ["all", "train"]),
      "all",
    )
    .option(
      "--sweep-look-back <range>",
      "test error against look_back: 1..24",
      range("--sweep-look-back", 1, 1000),
    )
    .option(
      "--section <name>",
      `${tutorialSections.join(", ")} (default: all; forecast with a file or one of the flags above)`,
      oneOf("--section", tutorialSections),
    )
    .option("--out <folder>", "where to write", "out")
    .option("--dpi <n>", "resolution of the PNG", whole("--dpi", 20, 1200), 400)
    .action((file: string | undefined, flags: TutorialFlags & SharedFlags, command: Command) => {
      const asked = ["cell", "lookBack", "hidden", "layers", "epochs", "lr", "seed", "layout", "scaler"];
      const own = [...asked, "sweepLookBack"].filter((name) => command.getOptionValueSource(name) === "cli");
      const section = flags.section ?? (file !== undefined || own.length > 0 ? "forecast" : "all");
      if (section !== "forecast" && (file !== undefined || own.some((name) => name !== "seed"))) {
        throw new UsageError(
          `--section ${section} computes what the lecture notes have; a file and the flags of the forecast, other than --seed, go with --section forecast alone.`,
        );
      }
      return tutorial(file, { ...flags, section }, consoleOf(flags));
    });

  shared(program.command("info"), io)
    .description("engine, SIMD, threads, memory, versions")
    .action((flags: SharedFlags) => info(consoleOf(flags)));

  program.on("command:*", ([name]: string[]) => {
    const close = nearest(
      name ?? "",
      program.commands.map((command) => command.name()),
    );
    throw new UsageError(
      `There is no command "${name}".${close === undefined ? "" : ` Did you mean ${close}?`}`,
    );
  });
}

/** What every command takes. */
function shared(command: Command, io: Io): Command {
  return command
    .option("--json", "one JSON document on standard output, and nothing else there")
    .option("--lang <code>", "en or zh", oneOf("--lang", ["en", "zh"]), defaultLang(io.env))
    .option("--quiet", "no messages and no progress")
    .option(
      "--threads <n>",
      "threads that share large work (default: one a processor)",
      whole("--threads", 1, 64),
    )
    .option("--blas <name>", "auto, off, or the path of the system's BLAS to use", "auto")
    .option("--deterministic", "the same bits on every machine: plain SIMD, no BLAS")
    .hook("preAction", async (_, action) => startEngine(action.opts()));
}

/** What says how to read a table. */
function withTable(command: Command): Command {
  return command
    .option("--time <column>", 'column of times, or several: "year,month" (default: found)')
    .option("--target <column>", "column to forecast (default: the one numeric column)")
    .option("--id <column>", "column that tells several series apart (a long table)")
    .option("--wide", "every column of numbers is a series (a wide table)")
    .option(
      "--covariates <columns>",
      "columns that help to forecast: a,b; known ahead where rows after the last value fill them",
      names("--covariates"),
    )
    .option("--static <columns>", "columns with one value for each series: a,b", names("--static"))
    .option(
      "--freq <name>",
      "frequency, as pandas names it: MS, ME, QS, W-SUN, D, B, h, 15min, … (default: found)",
    )
    .option(
      "--season <n>",
      "steps a season; 1 for none (default: by frequency)",
      whole("--season", 1, 100_000),
    )
    .option(
      "--fill-gaps <how>",
      "linear, previous or zero: fill missing values; mask: leave them out (default: they are an error)",
      oneOf("--fill-gaps", ["linear", "previous", "zero", "mask"]),
    )
    .option("--time-zone <name>", "zone of the times, such as Europe/Berlin (default: as they stand)")
    .option("--sort", "sort rows by time (default: unsorted rows are an error)")
    .option("--encoding <name>", "encoding of a text file (default: UTF-8)");
}

/** An argument as a shell would need it. */
function quote(argument: string): string {
  return /^[\w./:=,@%+-]+$/.test(argument) ? argument : `'${argument.replace(/'/g, "'\\''")}'`;
}
