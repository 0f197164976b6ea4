import type { ClassifyMessages } from "./messagesClassifyEn.js";

const names: Record<string, string> = {
  minirocket: "MiniRocket",
  cnn: "教程中的 CNN",
  "cnn-published": "教程原样的 CNN",
  "time-cnn": "Time-CNN",
  fcn: "FCN",
  resnet: "ResNet",
  "inception-time": "InceptionTime",
  rnn: "RNN",
  lstm: "LSTM",
  gru: "GRU",
  "lstm-fcn": "LSTM-FCN",
  "nearest-euclidean": "最近邻",
  "nearest-dtw": "时间规整最近邻",
  majority: "多数类",
};

const modelName = (name: string): string => names[name] ?? name;
const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits).replace(/\.0$/, "")}%` : "–";

const reason = (why: string, seconds: number | null) =>
  seconds === null ? why : `预计约需 ${Math.ceil(seconds)} 秒，超出时间预算`;

/** The same in Chinese. */
export const classifyZh: ClassifyMessages = {
  modelName,
  percent,
  meaning: (name) =>
    ({
      majority: "总是给出最常见的类别",
      "nearest-euclidean": "取逐步比较最相似的训练序列的类别",
      "nearest-dtw": "取时间可伸缩比较最相似的训练序列的类别",
    })[name] ?? "",
  terminal: {
    data: (file, sequences, classes, channels, shortest, longest) =>
      `${file}：${sequences} 条序列，${classes} 个类别，${channels} 个通道，${shortest === longest ? `每条 ${longest} 步` : `每条 ${shortest} 至 ${longest} 步`}。`,
    test: (file, sequences) => `${file}：${sequences} 条序列用于测试。`,
    validated: (folds) => `在训练部分做 ${folds} 折交叉验证：每条序列都由没见过它的模型评判`,
    tested: (from, sequences) =>
      from === "test" ? `用 ${sequences} 条序列测试` : "没有测试文件，以交叉验证评判",
    columns: {
      model: "模型",
      accuracy: "准确率",
      balanced: "平衡准确率",
      f1: "宏 F1",
      logLoss: "对数损失",
      auc: "ROC AUC",
      seconds: "秒",
    },
    is: "实际 ↓ 判为 →",
    left: (name, why, seconds) => `未做交叉验证：${modelName(name)}（${reason(why, seconds)}）。`,
    written: "已写入",
    validating: (model, fold, folds) => `交叉验证 ${fold}/${folds}，${modelName(model)}`,
    training: (model) => `训练 ${modelName(model)}`,
    testing: (model) => `测试 ${modelName(model)}`,
    explaining: "查看模型关注之处",
    predicted: (file, sequences, model) => `${file}：${sequences} 条序列，由 ${modelName(model)} 分类。`,
    sure: (label, sequences, mean) => `${label}：${sequences} 条，平均概率 ${mean}`,
    unsure: (sequences) => `有 ${sequences} 条序列的概率低于 60%，建议人工查看。`,
  },
  verdict: {
    right: (model, right, all, from) =>
      `${modelName(model)} 在 ${all} 条${from === "test" ? "测试序列" : "未见过的序列"}中判对 ${right} 条（${percent(right / all)}）。`,
    beats: (rival, accuracy) => `好于${modelName(rival)}（${percent(accuracy)}）。`,
    beatsBoth: (rival, accuracy, majority) =>
      `好于${modelName(rival)}（${percent(accuracy)}），也好于总说多数类（${percent(majority)}）。`,
    chance: (rival, accuracy) => `${modelName(rival)}为 ${percent(accuracy)}：序列这么少，差别可能只是偶然。`,
    loses: (rival, accuracy) => `${modelName(rival)}更好（${percent(accuracy)}），这个模型不值得费力。`,
    nothing: (majority) => `并不好于总说最常见的类别（${percent(majority)}）：没有学到有用的东西。`,
    confused: (actual, predicted, n) => `最常见的错误：把“${actual}”判为“${predicted}”（${n} 次）。`,
    trust: (error) =>
      error < 0.05
        ? `它给出的概率可信：平均偏差 ${percent(error)}。`
        : `它给出的概率平均偏差 ${percent(error)}，使用前请先看校准图。`,
    small: (n) => `只评判了 ${n} 条序列，多对或少对一条就是 ${percent(1 / n)}。`,
  },
  plot: {
    classes: "各类别的例子",
    classesHow: "训练序列；粗线是它们的平均。",
    classesMany: "每个类别一条训练序列；同一通道在各类别中尺度相同。",
    step: "步",
    confusion: "什么被判为什么",
    is: "实际类别",
    said: "判定类别",
    calibration: "它给出的概率有多可信",
    stated: "给出的概率",
    right: "实际判对的比例",
    ideal: "名副其实",
    observed: "实际",
    sequences: "序列数",
    error: (error) => `期望校准误差 ${percent(error)}。`,
    looks: "模型看了哪里",
    looksHow: (kind) =>
      kind === "activation"
        ? "类激活图：橙色支持所判类别，蓝色反对。"
        : "依次遮住序列的一部分：遮住后所判类别变得不太可能之处为橙色，变得更可能之处为蓝色。",
    speaksFor: "支持所判类别",
    speaksAgainst: "反对",
    classTitle: (name, n) => `类别 ${name} · ${n} 条`,
    look: (id, actual, predicted) =>
      actual === predicted
        ? `类别 ${actual} · 序列 ${id}`
        : `类别 ${actual}，被判为 ${predicted} · 序列 ${id}`,
    more: (n) => `另有 ${n} 个类别`,
  },
  report: {
    title: (file) => `${file} 的分类器`,
    test: "它有多好",
    testHow: (from, n) =>
      from === "test"
        ? `在测试文件的 ${n} 条序列上评判，模型从未见过它们。`
        : "没有测试文件，因此每条序列由交叉验证中用其余各折训练的模型评判。",
    chosen: "如何选出",
    chosenHow: (folds, forced) =>
      `只在训练部分做 ${folds} 折分层交叉验证。${forced ? "模型由命令行指定。" : "除非另一模型在同样的序列上判对得多到不像偶然（McNemar），否则保留第一个模型。"}`,
    skipped: (name, why, seconds) => `${modelName(name)} 未做交叉验证：${reason(why, seconds)}。`,
    looks: "它看了哪里",
    classes: "数据",
    train: "训练文件",
    testFile: "测试文件",
    noTest: "无",
    sequences: "序列数",
    steps: "步数",
    channels: "通道",
    classCounts: "类别",
    made: "如何得出",
    model: "模型",
    parameters: "参数个数",
    seed: "随机种子",
    augment: "数据增强",
    yes: "有",
    no: "无",
    mistakes: (n) => `判错的 ${n} 条序列`,
    row: "序列",
    actual: "实际类别",
    predicted: "判定类别",
    probability: "概率",
    predictHow: "用这个模型给更多序列分类，无需训练：",
    keep: "请记住",
    caveats: (from, n) => [
      from === "test"
        ? `这些数字适用于与测试文件相似的序列；${n} 条序列的不确定度约为 ±${percent(1 / Math.sqrt(n), 0)}。`
        : "选出模型与评判模型用的是同一次交叉验证，因此遇到新序列会略差；有测试文件才能知道。",
      "分类器不会说“都不是”：无论给它什么，它都会说出一个类别。",
      "“看了哪里”说明什么对模型重要，并不说明类别的成因。",
    ],
  },
};
