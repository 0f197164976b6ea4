export { type Anomalies, type Anomaly, type AnomalyOptions, findAnomalies } from "./anomalies.js";
export { arima, mstlArima } from "./arima.js";
export {
  type AutoDecision,
  type AutoForecaster,
  type AutoOptions,
  autoForecaster,
  type CandidateScore,
  type FittedAuto,
} from "./auto.js";
export { type LoadedAuto, loadAuto, saveAuto } from "./autoFile.js";
export {
  type BacktestOptions,
  type BacktestProgress,
  type BacktestResult,
  backtest,
  defaultWindows,
  type ModelScore,
  type Observing,
} from "./backtest.js";
export {
  backtestPanel,
  type LeftOut,
  type PanelBacktestOptions,
  type PanelBacktestProgress,
  type PanelBacktestResult,
  type PanelModels,
  type PanelScore,
  type SeriesScore,
} from "./backtestPanel.js";
export * from "./baselines.js";
export { type BlendOptions, blendForecasts, blendWeights } from "./blend.js";
export { calendarFeatures } from "./calendarFeatures.js";
export { type Candidate, type CandidateTask, defaultCandidates } from "./candidates.js";
export * from "./classify/index.js";
export { type CompareOptions, type Comparison, type Contender, compare, type Spread } from "./compare.js";
export {
  applyCalibration,
  type Calibration,
  type CalibrationOptions,
  type ConformalOptions,
  calibrate,
  conformal,
} from "./conformal.js";
export {
  checkHorizon,
  checkLevels,
  DEFAULT_LEVELS,
  type FitOptions,
  type FitProgress,
  type Forecast,
  type Forecaster,
  type Interval,
  MAX_HORIZON,
  type PredictOptions,
} from "./forecaster.js";
export type { FillGaps } from "./gaps.js";
export type { GateHistory } from "./gates.js";
export { eachSeries, type GlobalForecaster, single } from "./globalForecaster.js";
export { GlobalNeuralForecaster } from "./globalNeural.js";
export {
  type Explainable,
  type Importance,
  type ImportanceOptions,
  type InputImportance,
  permutationImportance,
} from "./importance.js";
export type { LogOption } from "./logOption.js";
export * from "./metrics.js";
export { type MstlOptions, type MultipleDecomposition, mstl } from "./mstl.js";
export { mstlEts } from "./mstlEts.js";
export { NeuralForecaster } from "./neural.js";
export type { NeuralOptions } from "./neuralOptions.js";
export { type Panel, type PanelOptions, panelFromTable } from "./panel.js";
export type { Repair } from "./regular.js";
export type { Fold, Scores, StepScores } from "./scores.js";
export { futureTimes, type Series, type SeriesOptions, seriesFromValues, sliceSeries } from "./series.js";
export { type SeriesFromTableOptions, seriesFromTable } from "./seriesFromTable.js";
export type { StatisticalForecaster } from "./statistical.js";
export { type Decomposition, type StlOptions, stl } from "./stl.js";
export { nearest } from "./suggest.js";
export { type Cell, type Column, type Table, tableFromColumns, tableFromRows } from "./table.js";
export type { Layout } from "./tableLayout.js";
export { dynamicTheta, theta } from "./theta.js";
export * from "./transforms.js";
export {
  defaultSpace,
  type OptionImportance,
  optionImportance,
  runTuneJob,
  type TuneJob,
  type TuneOptions,
  type TuneOutcome,
  type TuneResult,
  type TuneSpace,
  type TuneState,
  tune,
} from "./tune.js";
export * from "./windows.js";
