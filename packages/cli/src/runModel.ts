import { AbortError, FormatError, LookbackError } from "@lookback/core";
import {
  autoForecaster,
  type FitOptions,
  type Forecast,
  type Forecaster,
  GlobalNeuralForecaster,
  NeuralForecaster,
  type NeuralOptions,
  type PanelModels,
  type PredictOptions,
  type Series,
  saveAuto,
} from "@lookback/forecast";
import { type Explanation, explainGlobal, explainNetwork } from "./explain.js";
import type { Decision } from "./forecastRun.js";
import { networkHistories, saveLocal } from "./modelFile.js";

/** A file of a trained model. */
export interface ModelFile {
  name: string;
  bytes: Uint8Array;
}

/** Where an interrupted training is kept, one place for each part that trains on its own. */
export interface Checkpoints {
  read(index: number): Promise<Uint8Array | undefined>;
  write(index: number, bytes: Uint8Array): Promise<void>;
}

export interface TrainOptions extends Pick<FitOptions, "signal" | "onProgress"> {
  checkpoints: Checkpoints;
}

/** A model as `lookback forecast` uses it: over all series of a run, each with its own copy or one for all. */
export interface RunModel {
  readonly name: string;
  /** Fits all series. One that cannot be fitted is left out, unless it is the only one: then its error is the result. */
  fit(series: readonly Series[], options: TrainOptions): Promise<LeftOut[]>;
  /** A forecast for each series that was fitted, in their order. */
  predict(options: PredictOptions): Promise<Forecast[]>;
  /** The files from which `lookback predict` goes on. */
  files(): ModelFile[];
  readonly parameters: number;
  readonly lookback: number | null;
  /** Sentences that a reader should know, after the fit. */
  readonly warnings: readonly string[];
  /** The same model made anew, for each fold of a backtest. */
  readonly again: PanelModels;
  /** Whether each fold of a backtest learns anew; one long training for all series is done once. */
  readonly refit: boolean;
  /** How it chose among others, after the fit; null when it is no choice. */
  readonly decision: Decision | null;
  /** A look inside, after the fit; null when there is nothing to see. */
  explain(series: readonly Series[], horizon: number, signal: AbortSignal): Promise<Explanation | null>;
}

export interface LeftOut {
  id: string;
  reason: string;
}

const computed = {
  ...{ parameters: 0, lookback: null, warnings: [], refit: true, decision: null },
  explain: async () => null,
};

/** A model that is computed from each series alone, in no time worth a checkpoint. */
export function localModel(name: string, make: () => Forecaster): RunModel {
  let fitted: { series: Series; forecaster: Forecaster }[] = [];
  return {
    name,
    ...computed,
    again: { each: [make] },
    async fit(series, { signal, onProgress }) {
      fitted = [];
      return eachOf(series, async (one, index) => {
        const forecaster = make();
        await forecaster.fit(one, signal ? { signal } : {});
        fitted.push({ series: one, forecaster });
        onProgress?.({ fraction: (index + 1) / series.length });
      });
    },
    predict: (options) => inTurn(fitted, ({ forecaster }) => forecaster.predict(options)),
    files: () => [
      {
        name: "model.safetensors",
        bytes: saveLocal(
          name,
          fitted.map(({ series }) => series),
        ),
      },
    ],
  };
}

/** A network for each series. */
export function networkModel(options: NeuralOptions): RunModel {
  let networks: NeuralForecaster[] = [];
  const fresh = () => new NeuralForecaster(options);
  const model: RunModel = {
    ...computed,
    name: fresh().name,
    again: { each: [fresh] },
    async fit(series, { signal, onProgress, checkpoints }) {
      networks = [];
      return eachOf(series, async (one, index) => {
        const resume = await checkpoints.read(index);
        let network = resume && trainedBefore(resume, fresh(), [one], NeuralForecaster.load);
        if (!network) {
          network = fresh();
          await network.fit(one, {
            ...(signal ? { signal } : {}),
            ...(resume ? { resume } : {}),
            checkpoint: { save: (bytes) => checkpoints.write(index, bytes) },
            onProgress: (progress) =>
              onProgress?.({ ...progress, fraction: (index + progress.fraction) / series.length }),
          });
          await checkpoints.write(index, network.save());
        }
        networks.push(network);
      });
    },
    predict: (wanted) => inTurn(networks, (network) => network.predict(wanted)),
    explain: async (series, horizon, signal) =>
      networks.length === 1 ? explainNetwork(networks[0]!, series[0]!, horizon, signal) : null,
    files: () =>
      networks.map((network, i) => ({ name: fileName(network, i, networks.length), bytes: network.save() })),
    get parameters() {
      return networks.reduce((sum, network) => sum + network.parameterCount, 0);
    },
    get lookback() {
      return networks[0]?.windows?.lookback ?? null;
    },
    get warnings() {
      return networks.flatMap((network) => network.warnings);
    },
  };
  return model;
}

/** One network over all series. A series on which it fails is left out, and it learns from the others. */
export function globalModel(options: NeuralOptions): RunModel {
  let network = new GlobalNeuralForecaster(options);
  return {
    ...computed,
    name: network.name,
    again: { together: [() => new GlobalNeuralForecaster(options)] },
    refit: false,
    fit: (all, { signal, onProgress, checkpoints }) =>
      withoutBad(all, async (series) => {
        const resume = await checkpoints.read(0);
        network = new GlobalNeuralForecaster(options);
        const done = resume && trainedBefore(resume, network, series, GlobalNeuralForecaster.load);
        if (done) {
          network = done;
          return;
        }
        await network.fit(series, {
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onProgress } : {}),
          ...(resume ? { resume } : {}),
          checkpoint: { save: (bytes) => checkpoints.write(0, bytes) },
        });
        await checkpoints.write(0, network.save());
      }),
    predict: (wanted) => network.predict(wanted),
    explain: async () => explainGlobal(network),
    files: () => [{ name: "model.safetensors", bytes: network.save() }],
    get parameters() {
      return network.parameterCount;
    },
    get warnings() {
      return network.warnings;
    },
  };
}

/** The choice that looks back: candidates backtested on the training part, and blended. */
export function autoModel(options: { horizon: number; seed: number }): RunModel {
  const fresh = () => autoForecaster(options);
  let auto = fresh();
  return {
    ...computed,
    name: "auto",
    again: { together: [fresh] },
    fit: (all, { signal, onProgress, checkpoints }) =>
      withoutBad(all, async (series) => {
        // it keeps none; whoever asks to go on from one is told so
        await checkpoints.read(0);
        auto = fresh();
        await auto.fit(series, { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) });
      }),
    predict: (wanted) => auto.predict(wanted),
    async explain(series, horizon, signal) {
      // the network that weighs most
      for (const { name } of auto.decision?.candidates ?? []) {
        const own = auto.fitted?.members.find((member) => member.name === name)?.own;
        const first: unknown = Array.isArray(own) ? own[0] : own;
        if (first instanceof GlobalNeuralForecaster) return explainGlobal(first);
        if (!(first instanceof NeuralForecaster)) continue;
        return series.length === 1 ? explainNetwork(first, series[0]!, horizon, signal) : null;
      }
      return null;
    },
    files: () => (auto.fitted ? [{ name: "model.safetensors", bytes: saveAuto(auto.fitted) }] : []),
    get decision() {
      if (!auto.decision) return null;
      const { candidates, windows, horizon, step } = auto.decision;
      return {
        ...{ metric: "MASE", windows, horizon, step },
        candidates: candidates.map(({ name, mase, weight, seconds }) => ({
          name,
          score: mase,
          weight,
          seconds,
        })),
      };
    },
  };
}

/** Learns from all series together; one that an error names is left out, and the others are learned from anew. */
async function withoutBad(
  all: readonly Series[],
  learn: (series: readonly Series[]) => Promise<void>,
): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  for (let series = [...all]; ; ) {
    try {
      await learn(series);
      return leftOut;
    } catch (error) {
      const pass =
        !(error instanceof LookbackError) || error instanceof AbortError || error instanceof FormatError;
      const bad = pass ? undefined : series.find(({ id }) => error.message.includes(`"${id}"`));
      if (!bad || series.length === 1) throw error;
      leftOut.push({ id: bad.id, reason: (error as Error).message });
      series = series.filter((one) => one !== bad);
    }
  }
}

/** `model.safetensors`, or one file for each series with an id fit for a file name. */
function fileName(network: NeuralForecaster, index: number, count: number): string {
  if (count === 1) return "model.safetensors";
  const safe = (network.history?.id ?? "").replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 60);
  return `models/${index + 1}-${safe}.safetensors`;
}

/**
 * The model of a checkpoint whose training was finished; undefined for one in the middle of a training.
 *
 * @throws FormatError for one of other series or other options.
 */
function trainedBefore<Network extends { readonly options: object }>(
  bytes: Uint8Array,
  fresh: Network,
  series: readonly Series[],
  load: (bytes: Uint8Array, source: string) => Network,
): Network | undefined {
  const histories = networkHistories(bytes, "the checkpoint");
  if (histories === undefined) return undefined;
  const network = load(bytes, "the checkpoint");
  const goesOnFrom = (one: Series | undefined, history: Series) =>
    one !== undefined &&
    one.times.at(-1) === history.times.at(-1) &&
    history.values.every((value, i) =>
      Object.is(value, one.values[one.values.length - history.values.length + i]),
    );
  const same =
    JSON.stringify(network.options) === JSON.stringify(fresh.options) &&
    histories.length === series.length &&
    histories.every((history, i) => goesOnFrom(series[i], history));
  if (same) return network;
  throw new FormatError(
    "The checkpoint belongs to other data or other options. Resume with the same ones, or train anew without --resume.",
  );
}

/** Works through several series; one that fails is left out and named, an only one ends with its error. */
async function eachOf(
  series: readonly Series[],
  work: (one: Series, index: number) => Promise<void>,
): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  for (const [index, one] of series.entries()) {
    try {
      await work(one, index);
    } catch (error) {
      const pass =
        !(error instanceof LookbackError) || error instanceof AbortError || error instanceof FormatError;
      if (pass || series.length === 1) throw error;
      leftOut.push({ id: one.id, reason: error.message });
    }
  }
  return leftOut;
}

async function inTurn<T>(list: readonly T[], work: (item: T) => Promise<Forecast>): Promise<Forecast[]> {
  const results: Forecast[] = [];
  for (const item of list) results.push(await work(item));
  return results;
}
