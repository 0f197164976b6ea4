import type { en } from "./messagesEn.js";

const frequencies: Record<string, string> = {
  index: "按序号",
  s: "每秒",
  min: "每分钟",
  h: "每小时",
  D: "每日",
  B: "每个工作日",
  MS: "每月",
  ME: "每月",
  QS: "每季度",
  QE: "每季度",
  YS: "每年",
  YE: "每年",
};

const modelNames: Record<string, string> = {
  naive: "朴素预测",
  "seasonal-naive": "季节朴素预测",
  drift: "漂移预测",
  lstm: "LSTM",
  gru: "GRU",
  rnn: "RNN",
  tcn: "TCN",
  hybrid: "指数平滑-LSTM 混合模型",
  "mstl-ets": "MSTL-ETS",
  arima: "ARIMA",
  theta: "Theta",
  auto: "自动选择",
  "dynamic-theta": "动态 Theta",
  "mstl-arima": "MSTL-ARIMA",
  mlp: "MLP",
  "global-lstm": "全局 LSTM",
  "global-gru": "全局 GRU",
  "global-rnn": "全局 RNN",
  "global-tcn": "全局 TCN",
  "global-mlp": "全局 MLP",
};

const number = (n: number) => n.toLocaleString("zh-CN");

/** A sentence around names: a space between Chinese and Latin script, none between Chinese and Chinese. */
function sentence(strings: TemplateStringsArray, ...parts: (string | number)[]): string {
  return String.raw({ raw: strings }, ...parts)
    .replace(/(?<=\p{Script=Han})(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=\p{Script=Han})/gu, " ")
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, "");
}

const named = (name: string) => modelNames[name] ?? name;

export const zh: typeof en = {
  htmlLang: "zh-CN",
  modelName: (name) => modelNames[name] ?? name,
  modelMeaning: (name) =>
    ({
      naive: "重复最后一个值",
      "seasonal-naive": "重复上一个季节",
      drift: "沿首尾两值的连线外推",
      theta: "平滑水平加一半趋势",
      arima: "由近期的值与误差推算，含季节",
      "mstl-ets": "去掉季节，其余做指数平滑",
      "dynamic-theta": "趋势随数据更新的 Theta",
      "mstl-arima": "去掉季节，其余用 ARIMA",
      auto: "由训练部分的回测挑选或加权",
    })[name] ?? "",
  frequency: (freq) => frequencies[freq] ?? (/^W-/.test(freq) ? "每周" : `每 ${freq}`),
  plot: {
    history: "实际值",
    backtest: (model) => sentence`${named(model)}的回测`,
    forecast: (model) => `预测值（${modelNames[model] ?? model}）`,
    interval: (level) => `${level}% 区间`,
    forecastTitle: (target, steps, series) =>
      series === 1
        ? `${target}：未来 ${number(steps)} 步的预测`
        : `${target}：${number(series)} 条序列未来 ${number(steps)} 步的预测`,
    notAllShown: (shown, all) => `共 ${all} 条序列，图中画出 ${shown} 条。`,
    lastStep: "末步",
    actual: "实际值",
    fitted: "拟合值",
    predicted: "预测值",
    tutorialTitle: (target) => `${target}：实际值、拟合值与预测值`,
    trainWindows: (n) => `训练 ${n} 个窗口`,
    testWindows: (n) => `测试 ${n} 个窗口`,
    sweepTitle: "look_back 取多少最好？",
    median: "各随机种子的中位数",
    oneSeed: "单个种子",
    lookBackAxis: "look_back N：模型看到的历史期数",
    testRmse: "测试窗口上的 RMSE",
    backtestTitle: (target, folds) => `${target}：站在过去做的 ${folds} 次预测`,
    lossTitle: "训练过程",
    trainingLoss: "训练损失",
    validationLoss: "验证损失",
    epoch: "轮次",
    loss: "损失（对数）",
  },
  verdict: {
    wins: (model, mase, baseline, baselineMase, percent) =>
      sentence`回测中${named(model)}最好：MASE 为 ${mase}，比最好的基线（${named(baseline)}，${baselineMase}）低 ${percent}%。`,
    loses: (model, mase, baseline, baselineMase) =>
      sentence`回测中${named(baseline)}优于${named(model)}：前者的 MASE 为 ${baselineMase}，后者为 ${mase}。`,
    even: (model, mase, baseline, baselineMase) =>
      sentence`回测中${named(model)}与${named(baseline)}不相上下：MASE 分别为 ${mase} 和 ${baselineMase}。`,
    baselineOnly: (baseline, mase) => sentence`本预测由${named(baseline)}给出，其回测 MASE 为 ${mase}。`,
    chosen: (baseline) => sentence`因此本预测由${named(baseline)}给出。用 --model 可指定其他模型。`,
    useInstead: (baseline) => `用 --model ${baseline} 可改用它来预测。`,
    coverage: (model, level, share, values, narrow) =>
      sentence`${named(model)}的 ${level}% 区间实际包含了 ${number(values)} 个真实值中的 ${Math.round(share * 100)}%${narrow ? "，区间偏窄" : ""}。`,
    saved: (model) =>
      sentence`这一预测由已保存的${named(model)}模型给出，未重新训练；它的回测结果见训练时的报告。`,
    noBacktest: (model) => sentence`序列太短，无法回测，因此无从得知${named(model)}的这一预测有多可靠。`,
    noScale: (model, rmse, rival, rivalRmse) =>
      sentence`回测中有的时点之前的数据是常数，MASE 没有定义；${named(model)}的 RMSE 为 ${rmse}，${named(rival)}的为 ${rivalRmse}。`,
    beats: (model, mase, other, otherMase, percent) =>
      sentence`回测中${named(model)}最好：MASE 为 ${mase}，比其次的${named(other)}（${otherMase}）低 ${percent}%。`,
    overall: (model, series, mase) =>
      sentence`全部 ${number(series)} 条序列由${named(model)}预测，回测的平均 MASE 为 ${mase}。`,
    overallBeside: (baseline, mase, ahead, judged) =>
      sentence`最好的基线（${named(baseline)}）为 ${mase}；在 ${number(judged)} 条序列中，有 ${number(ahead)} 条优于所有基线。`,
    overallCoverage: (model, level, share) =>
      sentence`${named(model)}的 ${level}% 区间实际包含了 ${(share * 100).toFixed(1)}% 的真实值。`,
    decided: (parts, others) =>
      sentence`自动选择按回看的表现加权混合：${parts.map(({ name, percent }) => `${named(name)} ${percent}%`).join("，")}${others > 0 ? `，以及另外 ${others} 种` : ""}。`,
    untested: (series) => `另有 ${number(series)} 条序列太短，无法回测。`,
    constant: "该序列是常数，因此预测值就是这个常数。",
  },
  terminal: {
    data: (file, rows, series, target, freq, from, to, season) =>
      `${file}：${target}，${number(rows)} 行${series > 1 ? `，${number(series)} 条序列` : ""}，${freq}，${from} 至 ${to}，${season > 1 ? `季节长度 ${season}` : "无季节"}。`,
    backtest: (windows, horizon) =>
      `回测：站在过去做 ${windows} 次预测，每次 ${horizon} 步，只用当时已知的数据`,
    columns: {
      model: "模型",
      mase: "MASE",
      rmse: "RMSE",
      mae: "MAE",
      smape: "sMAPE",
      inside: (level) => `${level}%覆盖`,
      seconds: "秒",
    },
    forecast: "预测",
    time: "时间",
    mean: "均值",
    interval: (level) => `${level}% 区间`,
    andMore: (n) => `……其余 ${number(n)} 行见 CSV`,
    worst: (named, comma) => `MASE 最大（最不准）的序列：${named.join(comma)}。`,
    written: "已写入",
    fitting: (model) => `训练 ${modelNames[model] ?? model}`,
    explaining: (model) => `查看 ${modelNames[model] ?? model} 内部`,
    backtesting: (model) => `回测，${modelNames[model] ?? model}`,
    epoch: "轮次",
    loss: "损失",
    left: (seconds) => `还需 ${seconds}`,
    diverged: (model) =>
      `注意：${modelNames[model] ?? model} 的损失变为无穷或非数，已保留最后一组有效权重；减小 --lr 通常有效。`,
  },
  report: {
    title: (target) => `${target}${/\p{Script=Han}$/u.test(target) ? "" : " "}的预测`,
    made: (when) => `由 Lookback 生成于 ${when}`,
    forecast: "预测",
    key: (time) => `末步 ${time}`,
    bestBaseline: (name, mase) => sentence`最好的基线（${named(name)}）为 ${mase}`,
    has: (name, mase) => sentence`${named(name)}为 ${mase}`,
    comparedWith: "比较对象",
    maseOf: (name) => sentence`${named(name)}的 MASE`,
    between: (level, lo, hi) => `${level}% 区间 ${lo} 至 ${hi}`,
    lastStep: "末步",
    overview: (n) => `全部 ${number(n)} 条序列`,
    should: (level) => `应为 ${level}%`,
    mixedModels: "各序列的模型",
    noBacktest: "序列太短，无法回测。",
    allSteps: (n, all) =>
      n === all ? `全部 ${number(n)} 步` : `前 ${number(n)} 步，共 ${number(all)} 步，其余见 CSV`,
    series: "序列",
    backtest: "可信程度",
    backtestHow: (windows, horizon, season) =>
      `每个模型都站在过去的 ${windows} 个时点，只用当时已知的数据预测 ${horizon} 步，再与真实值比较。MASE 小于 1 表示误差比在此之前逐期${season ? "“照搬上一季节同期”" : "“重复上一个值”"}的误差小。区间包含真实值的比例应与它所标称的一致。`,
    inside: (level) => `${level}% 区间覆盖率`,
    nominal: "标称值",
    training: "它是怎样学习的",
    data: "数据",
    source: "文件",
    rows: "行数",
    seriesCount: "序列数",
    target: "预测列",
    timeColumn: "时间列",
    range: "起止时间",
    frequency: "频率",
    season: "季节",
    noSeason: "无",
    steps_: (n) => `${number(n)} 步`,
    levels: "区间",
    learned: (losses) => `最后训练的网络在 ${number(losses)} 个轮次中的损失。`,
    made_: "生成方式",
    model: "模型",
    parameters: "参数个数",
    seed: "随机种子",
    lookback: "回看长度",
    epochs: "训练轮次",
    horizon: "预测步数",
    engine: "计算引擎",
    engineIs: (simd, threads, blas, deterministic) =>
      `WebAssembly，${simd} SIMD，${threads} 个线程，${blas ?? "无 BLAS"}${deterministic ? "，逐位确定" : ""}`,
    seconds: (n) => `${n} 秒`,
    notes: "本次运行的说明",
    versions: "版本",
    duration: "用时",
    reproduce: "重现",
    reproduceHow: "数据、种子和引擎相同，结果逐位相同。",
    predictHow: "有新数据时，用这个模型直接预测，无需再训练：",
    caveats: "请留意",
    caveatList: (windows, rows) => [
      "预测假定未来延续过去的规律；表中没有的信息，模型一概不知。",
      windows === 0
        ? "数据太少，无法回测，因此预测未经检验。"
        : windows === 1
          ? "数据只够回测一个时点，这些指标参考价值有限。"
          : `回测只有 ${windows} 个时点，几个百分点的差别可能只是偶然。`,
      ...(rows < 100 ? [`${rows} 个值对神经网络来说偏少，基线往往同样好。`] : []),
      "区间由过去的误差得出；一旦出现新情况，区间会偏窄。",
    ],
  },
  tutorial: {
    steps: (lookBack, train, test) =>
      `共 ${train + test} 个窗口，每个窗口用前 ${lookBack} 期预测下一期；前 ${train} 个用于训练，后 ${test} 个用于测试。`,
    usedLayout: (name, meaning) => `布局 “${name}” ${meaning}`,
    otherLayout: (name, meaning) => `另一种布局（--layout ${name}）${meaning}`,
    sequenceLayout: (windows, lookBack) =>
      `[${windows}, 1, ${lookBack}]（时间步, 批, 特征），即教程的写法：全部窗口连成一条 ${windows} 步的序列，批大小为 1，每个窗口的 ${lookBack} 个值是同一步的 ${lookBack} 个特征。网络的记忆从一个窗口延续到下一个窗口，测试时它记得全部过去。`,
    batchLayout: (windows, lookBack) =>
      `[${windows}, ${lookBack}, 1]（批, 时间步, 特征）：每个窗口自成一条 ${lookBack} 步的序列，每步一个值。窗口之间相互独立，超出 ${lookBack} 期的历史一概不记。`,
    scalerAll:
      "归一化用全部数据（包括测试部分）的最大最小值，与教程一致，这有轻微的信息泄漏；用 --scaler train 可避免。",
    scalerTrain: "归一化只用训练窗口见到的数据的最大最小值。",
    epochLine: (epoch, loss) => `Epoch: ${epoch}, Loss: ${loss}`,
    runLine: (seed, test, train, loss) =>
      `种子 ${seed}：测试窗口 RMSE ${test}，训练窗口 RMSE ${train}，最后的损失 ${loss}`,
    oneRun: (cell, parameters, seed) =>
      `${cell.toUpperCase()}，${number(parameters)} 个参数，随机种子 ${seed}`,
    manyRuns: (cell, parameters, seeds) =>
      `${cell.toUpperCase()}，${number(parameters)} 个参数，${seeds} 个随机种子`,
    testRmse: "测试窗口上的 RMSE：",
    onTraining: "同一模型在训练窗口上",
    persistence: (monthly) => `朴素预测（重复上${monthly ? "个月" : "一个值"}）`,
    seasonalNaive: (monthly, season) => `季节朴素预测（${monthly ? "去年同月" : `照搬 ${season} 期前的值`}）`,
    medianOf: (min, max) => `中位数，范围 ${min} 至 ${max}`,
    lastValue: (monthly, rmse) => `“重复上${monthly ? "个月" : "一个值"}”（${rmse}）`,
    seasonBefore: (monthly, season, rmse) =>
      `${monthly ? "“照搬去年同月”" : `“照搬 ${season} 期前的值”`}（${rmse}）`,
    theModel: "模型",
    medianRun: (median) => `模型的中位数（${median}）`,
    means: (model, last, beatsLast, before, beatsBefore) => {
      const start = `这意味着：在测试窗口上，${model}`;
      const better = "，训练是值得的。";
      const worse = "，这里不用训练的预测反而更好。";
      if (before === null) return `${start}${beatsLast ? `好于${last}${better}` : `不如${last}${worse}`}`;
      if (beatsLast && beatsBefore) return `${start}好于${last}，也好于${before}${better}`;
      if (beatsLast) return `${start}好于${last}，但不如${before}${worse}`;
      if (beatsBefore) return `${start}好于${before}，但不如${last}${worse}`;
      return `${start}既不如${last}，也不如${before}${worse}`;
    },
    luck: "单个种子靠运气，用 --seed 0..9 可看到差别有多大。",
    luckOfFlights:
      "单个种子靠运气：200 个种子中，一半好于“重复上个月”，三成好于“照搬去年同月”（用 --seed 0..9 可看到差别）。",
    constant: "这意味着：该序列是常数，重复它就完全准确，没有可学的东西。",
    diverged: (cell, runs) =>
      `注意：有 ${runs} 次训练中 ${cell} 的损失变为无穷或非数，已保留最后一组有效权重；减小 --lr 通常有效。`,
    beside: (persistence, seasonal) =>
      `朴素预测 ${persistence}${seasonal === null ? "" : `，季节朴素预测 ${seasonal}`}`,
    subtitle: (cell, lookBack, seed, test, beside) =>
      `${cell.toUpperCase()}，look_back = ${lookBack}，随机种子 ${seed}：测试 RMSE ${test}（${beside}）`,
    sweepSubtitle: (cell, seeds, layout, test) =>
      `${cell.toUpperCase()}，每个 N 用 ${seeds} 个随机种子，布局 “${layout}”，均在相同的最后 ${test} 个值上评测。`,
    sweepBest: (best, rmse, beside) =>
      `最好的 look_back：N = ${best}，测试 RMSE 的中位数为 ${rmse}（${beside}）。N 是在测试窗口上选出的，遇到新数据会略差。`,
  },
};
