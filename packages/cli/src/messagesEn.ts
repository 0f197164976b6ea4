/** Frequencies in words; others are shown by their names. */
const frequencies: Record<string, string> = {
  index: "numbered rows",
  s: "every second",
  min: "every minute",
  h: "hourly",
  D: "daily",
  B: "on weekdays",
  MS: "monthly",
  ME: "monthly",
  QS: "quarterly",
  QE: "quarterly",
  YS: "yearly",
  YE: "yearly",
};

const modelNames: Record<string, string> = {
  naive: "naive",
  "seasonal-naive": "seasonal naive",
  drift: "drift",
  lstm: "LSTM",
  gru: "GRU",
  rnn: "RNN",
  tcn: "TCN",
  hybrid: "ES-LSTM hybrid",
  "mstl-ets": "MSTL-ETS",
  arima: "ARIMA",
  theta: "Theta",
  auto: "auto",
  "dynamic-theta": "dynamic Theta",
  "mstl-arima": "MSTL-ARIMA",
  mlp: "MLP",
  "global-lstm": "global LSTM",
  "global-gru": "global GRU",
  "global-rnn": "global RNN",
  "global-tcn": "global TCN",
  "global-mlp": "global MLP",
};

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

export const en = {
  htmlLang: "en",
  modelName: (name: string): string => modelNames[name] ?? name,
  /** What a baseline does, in a few words. */
  modelMeaning: (name: string): string =>
    ({
      naive: "repeats the last value",
      "seasonal-naive": "repeats the last season",
      drift: "continues the line from the first value to the last",
      theta: "half the trend on a smoothed level",
      arima: "last values and last errors, seasonal",
      "mstl-ets": "takes the seasons off, smooths the rest exponentially",
      "dynamic-theta": "Theta that follows the trend",
      "mstl-arima": "takes the seasons off, ARIMA for the rest",
      auto: "what the backtest of the training part picks or blends",
    })[name] ?? "",
  frequency: (freq: string): string => {
    const week = /^W-/.test(freq) ? "weekly" : undefined;
    return frequencies[freq] ?? week ?? `every ${freq}`;
  },
  plot: {
    history: "actual",
    backtest: (model: string): string => `${modelNames[model] ?? model} in the backtest`,
    forecast: (model: string): string => `forecast (${modelNames[model] ?? model})`,
    interval: (level: number): string => `${level} % interval`,
    forecastTitle: (target: string, steps: number, series: number): string =>
      series === 1
        ? `${target}: the next ${count(steps, "step")}`
        : `${target}: the next ${count(steps, "step")} of ${count(series, "series", "series")}`,
    notAllShown: (shown: number, all: number): string => `${shown} of ${all} series are drawn.`,
    lastStep: "last:",
    actual: "实际值 actual",
    fitted: "拟合值 fitted",
    predicted: "预测值 predicted",
    tutorialTitle: (target: string): string => `${target}: actual, fitted and predicted`,
    trainWindows: (n: number): string => `${n} windows for training`,
    testWindows: (n: number): string => `${n} for the test`,
    sweepTitle: "Which look_back is best?",
    median: "median over seeds",
    oneSeed: "one seed",
    lookBackAxis: "look_back N: values that the model sees",
    testRmse: "RMSE on the test windows",
    backtestTitle: (target: string, folds: number): string =>
      `${target}: ${count(folds, "forecast")} made as if in the past`,
    lossTitle: "Training",
    trainingLoss: "training loss",
    validationLoss: "validation loss",
    epoch: "epoch",
    loss: "loss (logarithmic)",
  },
  verdict: {
    wins: (model: string, mase: string, baseline: string, baselineMase: string, percent: number): string =>
      `${modelNames[model] ?? model} did best in the backtest: its MASE is ${mase}, ${percent} % below the ${baselineMase} of ${modelNames[baseline] ?? baseline}, the best of the baselines.`,
    loses: (model: string, mase: string, baseline: string, baselineMase: string): string =>
      `${modelNames[baseline] ?? baseline} did better in the backtest than ${modelNames[model] ?? model}: its MASE is ${baselineMase}, against ${mase}.`,
    even: (model: string, mase: string, baseline: string, baselineMase: string): string =>
      `${modelNames[model] ?? model} and ${modelNames[baseline] ?? baseline} did equally well in the backtest: their MASE is ${mase} and ${baselineMase}.`,
    baselineOnly: (baseline: string, mase: string): string =>
      `${modelNames[baseline] ?? baseline} makes this forecast; its MASE in the backtest is ${mase}.`,
    chosen: (baseline: string): string =>
      `So ${modelNames[baseline] ?? baseline} makes this forecast. --model forces another.`,
    useInstead: (baseline: string): string => `--model ${baseline} would forecast with it.`,
    coverage: (model: string, level: number, share: number, values: number, narrow: boolean): string =>
      `The ${level} % intervals of ${modelNames[model] ?? model} held ${Math.round(share * 100)} % of the ${count(values, "value")} that came${narrow ? ": they are too narrow" : ""}.`,
    saved: (model: string): string =>
      `This forecast comes from a saved ${modelNames[model] ?? model} model, without training; its backtest is in the report of the run that trained it.`,
    noBacktest: (model: string): string =>
      `The series is too short for a backtest, so nothing tells how good this forecast by ${modelNames[model] ?? model} is.`,
    noScale: (model: string, rmse: string, rival: string, rivalRmse: string): string =>
      `MASE is not defined here, because the past was constant at an origin of the backtest; the RMSE of ${modelNames[model] ?? model} is ${rmse}, that of ${modelNames[rival] ?? rival} ${rivalRmse}.`,
    /** For a model that is ahead of another that is no baseline. */
    beats: (model: string, mase: string, other: string, otherMase: string, percent: number): string =>
      `${modelNames[model] ?? model} did best in the backtest: its MASE is ${mase}, ${percent} % below the ${otherMase} of ${modelNames[other] ?? other}, the next best.`,
    overall: (model: string, series: number, mase: string): string =>
      `${modelNames[model] ?? model} forecasts all ${count(series, "series", "series")}; its mean MASE in the backtest is ${mase}.`,
    overallBeside: (baseline: string, mase: string, ahead: number, judged: number): string =>
      `That of ${modelNames[baseline] ?? baseline}, the best of the baselines, is ${mase}; in ${ahead.toLocaleString("en-US")} of ${judged.toLocaleString("en-US")} series it is better than every baseline.`,
    overallCoverage: (model: string, level: number, share: number): string =>
      `The ${level} % intervals of ${modelNames[model] ?? model} held ${(share * 100).toFixed(1)} % of the values that came.`,
    decided: (parts: readonly { name: string; percent: number }[], others: number): string =>
      `auto blends ${parts.map(({ name, percent }) => `${modelNames[name] ?? name} (${percent} %)`).join(", ")}${others > 0 ? ` and ${count(others, "other", "others")}` : ""}, weighted by how they did when looking back.`,
    untested: (series: number): string =>
      `${count(series, "series is", "series are")} too short for a backtest.`,
    constant: "The series is constant, so its one value is the forecast.",
  },
  terminal: {
    data: (
      file: string,
      rows: number,
      series: number,
      target: string,
      freq: string,
      from: string,
      to: string,
      season: number,
    ): string =>
      `${file}: ${count(rows, "row")}${series > 1 ? ` in ${count(series, "series", "series")}` : ""} of ${target}, ${freq}, ${from} to ${to}, ${season > 1 ? `season of ${season}` : "no season"}.`,
    backtest: (windows: number, horizon: number): string =>
      `Backtest: ${count(windows, "forecast")} of ${count(horizon, "step")}, each made from the past alone`,
    columns: {
      model: "model",
      mase: "MASE",
      rmse: "RMSE",
      mae: "MAE",
      smape: "sMAPE",
      inside: (level: number): string => `in ${level} %`,
      seconds: "seconds",
    },
    forecast: "Forecast",
    time: "time",
    mean: "mean",
    interval: (level: number): string => `${level} % interval`,
    andMore: (n: number): string => `… and ${n.toLocaleString("en-US")} more in the CSV`,
    worst: (named: readonly string[], comma: string): string =>
      `Least accurate, by MASE: ${named.join(comma)}.`,
    written: "Written",
    fitting: (model: string): string => `training ${modelNames[model] ?? model}`,
    explaining: (model: string): string => `looking inside ${modelNames[model] ?? model}`,
    backtesting: (model: string): string => `backtest, ${modelNames[model] ?? model}`,
    epoch: "epoch",
    loss: "loss",
    left: (seconds: string): string => `${seconds} left`,
    diverged: (model: string): string =>
      `Note: the loss of ${modelNames[model] ?? model} became infinite or not a number; the last good weights were kept. A smaller --lr usually helps.`,
  },
  report: {
    title: (target: string): string => `Forecast of ${target}`,
    made: (when: string): string => `Made ${when} by Lookback`,
    forecast: "The forecast",
    key: (time: string): string => `last step, ${time}`,
    bestBaseline: (name: string, mase: string): string =>
      `the best baseline, ${modelNames[name] ?? name}, has ${mase}`,
    has: (name: string, mase: string): string => `${modelNames[name] ?? name} has ${mase}`,
    comparedWith: "compared with",
    maseOf: (name: string): string => `MASE of ${modelNames[name] ?? name}`,
    between: (level: number, lo: string, hi: string): string => `${level} %: ${lo} to ${hi}`,
    lastStep: "last step",
    overview: (n: number): string => `All ${count(n, "series", "series")}`,
    should: (level: number): string => `should be ${level} %`,
    mixedModels: "each series' model",
    noBacktest: "The series is too short for a backtest.",
    allSteps: (n: number, all: number): string =>
      n === all
        ? `All ${n.toLocaleString("en-US")} steps`
        : `The first ${n.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} steps; all are in the CSV`,
    series: "series",
    backtest: "How far to trust it",
    backtestHow: (windows: number, horizon: number, season: boolean): string =>
      `Each model forecast ${count(horizon, "step")} from ${count(windows, "point")} in the past, knowing only what came before, and was compared with what really came. MASE below 1 means a smaller error than repeating the ${season ? "value of one season before" : "value just before"} would have had until then. An interval is honest when it holds as many values as it says.`,
    inside: (level: number): string => `in the ${level} % interval`,
    nominal: "as it should be",
    training: "How it learned",
    data: "The data",
    source: "file",
    rows: "rows",
    seriesCount: "series",
    target: "forecast column",
    timeColumn: "time column",
    range: "from, to",
    frequency: "frequency",
    season: "season",
    noSeason: "none",
    steps_: (n: number): string => count(n, "step"),
    levels: "intervals",
    learned: (losses: number): string =>
      `The loss of the network that was trained last, over ${count(losses, "epoch")}.`,
    made_: "How it was made",
    model: "model",
    parameters: "parameters",
    seed: "seed",
    lookback: "look back",
    epochs: "epochs",
    horizon: "horizon",
    engine: "engine",
    engineIs: (simd: string, threads: number, blas: string | null, deterministic: boolean): string =>
      `WebAssembly, ${simd} SIMD, ${count(threads, "thread")}, ${blas ?? "no BLAS"}${deterministic ? ", deterministic" : ""}`,
    seconds: (n: string): string => `${n} s`,
    notes: "Notes on this run",
    versions: "versions",
    duration: "took",
    reproduce: "The same again",
    reproduceHow: "The same data, seed and engine give the same numbers, bit for bit.",
    predictHow: "Forecast again with this model when there are new rows, without training:",
    caveats: "What to keep in mind",
    caveatList: (windows: number, rows: number): string[] => [
      "The forecast assumes that the future goes on like the past; nothing that is not in the table is known to it.",
      windows === 0
        ? "There were too few values for a backtest, so the forecast is untested."
        : windows === 1
          ? "The backtest had room for one origin only, so its figures say little."
          : `The backtest rests on ${windows} origins; with so few, differences of a few per cent are chance.`,
      ...(rows < 100 ? [`${rows} values are few for a network; a baseline is often as good.`] : []),
      "The intervals come from errors of the past; they are too narrow where something new happens.",
    ],
  },
  tutorial: {
    steps: (lookBack: number, train: number, test: number): string =>
      `${train + test} windows of ${count(lookBack, "value")} and the one that follows; the first ${train} train, the last ${test} test.`,
    usedLayout: (name: string, meaning: string): string => `Layout "${name}" ${meaning}`,
    otherLayout: (name: string, meaning: string): string => `The other layout, --layout ${name}: ${meaning}`,
    sequenceLayout: (windows: number, lookBack: number): string =>
      `[${windows}, 1, ${lookBack}] (steps, batch, features), the tutorial's own: all windows are ONE sequence of ${windows} steps in a batch of 1, and the ${lookBack} values of a window are ${lookBack} features of one step. The network's memory runs on from window to window, so at the test it remembers the whole past.`,
    batchLayout: (windows: number, lookBack: number): string =>
      `[${windows}, ${lookBack}, 1] (batch, steps, features): every window is a sequence of its own, ${lookBack} steps with one value each. Windows are independent; nothing older than ${count(lookBack, "value")} is remembered.`,
    scalerAll:
      "The scaler takes minimum and maximum of all rows, the test's included, as the tutorial does: a small leak. --scaler train avoids it.",
    scalerTrain: "The scaler takes minimum and maximum of the rows that the training windows see.",
    epochLine: (epoch: number, loss: string): string => `Epoch: ${epoch}, Loss: ${loss}`,
    runLine: (seed: number, test: string, train: string, loss: string): string =>
      `Seed ${seed}: RMSE ${test} on the test windows, ${train} on the training windows; last loss ${loss}`,
    oneRun: (cell: string, parameters: number, seed: number): string =>
      `${cell.toUpperCase()}, ${count(parameters, "parameter")}, seed ${seed}`,
    manyRuns: (cell: string, parameters: number, seeds: number): string =>
      `${cell.toUpperCase()}, ${count(parameters, "parameter")}, ${count(seeds, "seed")}`,
    testRmse: "RMSE on the test windows:",
    onTraining: "the same on the training windows",
    persistence: (monthly: boolean): string => `persistence (repeat last ${monthly ? "month" : "value"})`,
    seasonalNaive: (monthly: boolean, season: number): string =>
      `seasonal naive (${monthly ? "same month last year" : `the value ${season} steps before`})`,
    medianOf: (min: string, max: string): string => `median, from ${min} to ${max}`,
    lastValue: (monthly: boolean, rmse: string): string =>
      `"repeat last ${monthly ? "month" : "value"}" (${rmse})`,
    seasonBefore: (monthly: boolean, season: number, rmse: string): string =>
      `${monthly ? '"same month last year"' : `"the value ${season} steps before"`} (${rmse})`,
    theModel: "the model",
    medianRun: (median: string): string => `the median run (${median})`,
    /** `before` is null when there is no season. */
    means: (
      model: string,
      last: string,
      beatsLast: boolean,
      before: string | null,
      beatsBefore: boolean,
    ): string => {
      const start = `What that means: on the test windows ${model}`;
      const better = "; training paid off.";
      const worse = "; a forecast that needs no training is better here.";
      if (before === null)
        return `${start} ${beatsLast ? `beats ${last}${better}` : `loses to ${last}${worse}`}`;
      if (beatsLast && beatsBefore) return `${start} beats both ${last} and ${before}${better}`;
      if (beatsLast) return `${start} beats ${last} but loses to ${before}${worse}`;
      if (beatsBefore) return `${start} beats ${before} but loses to ${last}${worse}`;
      return `${start} loses to both ${last} and ${before}${worse}`;
    },
    luck: " One seed is luck: --seed 0..9 shows how much.",
    // Of seeds 0 to 199, 102 beat persistence and 60 seasonal naive with plain SIMD, 99 and 59 with relaxed SIMD.
    luckOfFlights:
      " One seed is luck: of 200 seeds, half beat repeating last month and three in ten the same month last year (--seed 0..9 shows how they spread).",
    constant:
      "What that means: the series is constant, so repeating it is exact and there is nothing to learn.",
    diverged: (cell: string, runs: number): string =>
      `Note: in ${count(runs, "run")} the loss of ${cell} became infinite or not a number; the last good weights were kept. A smaller --lr usually helps.`,
    /** The test errors of the two naive forecasts, in passing; `seasonal` is null when there is no season. */
    beside: (persistence: string, seasonal: string | null): string =>
      `persistence ${persistence}${seasonal === null ? "" : `, seasonal naive ${seasonal}`}`,
    subtitle: (cell: string, lookBack: number, seed: number, test: string, beside: string): string =>
      `${cell.toUpperCase()}, look_back ${lookBack}, seed ${seed}: test RMSE ${test} (${beside})`,
    sweepSubtitle: (cell: string, seeds: number, layout: string, test: number): string =>
      `${cell.toUpperCase()}, ${count(seeds, "seed")} for each N, layout "${layout}". Every N is scored on the same last ${count(test, "value")}.`,
    sweepBest: (best: number, rmse: string, beside: string): string =>
      `Best look_back: N = ${best}, with a median test RMSE of ${rmse} (${beside}). N was chosen on the test windows themselves, so expect a little worse on new data.`,
  },
};
