import { DataError, FormatError, loadSafetensors, saveSafetensors, type Tensor } from "@lookback/core";
import { z } from "zod";
import { arima, mstlArima } from "./arima.js";
import { type AutoDecision, type FittedAuto, forecastBlend } from "./auto.js";
import { drift, naive, naive2, seasonalNaive } from "./baselines.js";
import type { Forecast, Forecaster, PredictOptions } from "./forecaster.js";
import type { GlobalForecaster } from "./globalForecaster.js";
import { GlobalNeuralForecaster } from "./globalNeural.js";
import type { Member } from "./members.js";
import { mstlEts } from "./mstlEts.js";
import { NeuralForecaster } from "./neural.js";
import type { Series } from "./series.js";
import { dynamicTheta, theta } from "./theta.js";

const mstlEtsLinear = () => mstlEts({ log: false });

/** Methods that are computed from their series alone: fitting them again gives the same bits. */
const METHODS: Readonly<Record<string, () => Forecaster>> = Object.fromEntries(
  [naive, seasonalNaive, drift, naive2, theta, dynamicTheta, mstlEts, mstlEtsLinear, arima, mstlArima].map(
    (make) => [make().name, make],
  ),
);

const seriesSchema = z.object({
  id: z.string(),
  times: z.array(z.string()).min(1),
  /** null where the value is missing and masked. */
  values: z.array(z.number().nullable()).min(1),
  freq: z.string(),
  seasonLength: z.number().int().positive().max(100_000),
  target: z.string(),
  timeName: z.string(),
});

/** JSON writes NaN and infinity as null. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const scoresSchema = z.object({
  mase: figure,
  rmse: figure,
  mae: figure,
  mape: figure,
  smape: figure,
  crps: figure,
  coverage: z.array(z.object({ level: z.number(), share: figure })),
});
const decisionSchema = z.object({
  horizon: z.number().int().positive(),
  windows: z.number().int().min(0),
  step: z.number().int().positive(),
  candidates: z.array(
    z.object({
      name: z.string(),
      mase: figure,
      smape: figure,
      seconds: z.number(),
      weight: z.number(),
      leftOut: z.array(z.object({ id: z.string(), reason: z.string() })),
    }),
  ),
  series: z.array(z.object({ id: z.string(), folds: z.number(), weights: z.array(z.number()) })),
  blend: scoresSchema.nullable(),
  calibration: z
    .object({
      log: z.boolean(),
      levels: z.array(z.object({ level: z.number(), factors: z.array(z.number().min(0)).min(1) })).min(1),
    })
    .nullable(),
});

const memberSchema = z.discriminatedUnion("kind", [
  /** Fitted again on the series that `on` lists. */
  z.object({ kind: z.literal("method"), name: z.string(), on: z.array(z.number().int().min(0)) }),
  /** A network for each series that `on` lists, with the metadata of its own file. */
  z.object({
    kind: z.literal("networks"),
    name: z.string(),
    on: z.array(z.number().int().min(0)),
    metadata: z.array(z.record(z.string(), z.string())),
  }),
  /** One network for all. */
  z.object({ kind: z.literal("network"), name: z.string(), metadata: z.record(z.string(), z.string()) }),
  z.object({ kind: z.literal("none"), name: z.string() }),
]);
type MemberJSON = z.infer<typeof memberSchema>;

const schema = z.object({
  format: z.literal("lookback-auto"),
  version: z.literal(1),
  decision: decisionSchema,
  /** [series][members], each series' sum to 1. */
  weights: z.array(z.array(z.number().min(0).max(1))).min(1),
  members: z.array(memberSchema).min(1).max(1000),
  series: z.array(seriesSchema).min(1),
});

/**
 * A fitted auto forecaster as one safetensors file: the networks' weights, and under the metadata key `lookback` the
 * decision, the series, and the names of the methods that are computed from them.
 *
 * @throws FormatError for a candidate that cannot be saved: one that is neither a network nor a method of this package.
 */
export function saveAuto({ series, members, weights, decision }: FittedAuto): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  const content: z.input<typeof schema> = {
    format: "lookback-auto",
    version: 1,
    decision: decision as z.input<typeof decisionSchema>,
    weights: weights.map((own) => Array.from(own)),
    members: members.map((member, m) => describeMember(member, `members.${m}`, tensors)),
    series: series.map(({ id, times, values, freq, seasonLength, target, timeName }) => ({
      ...{ id, times: [...times], freq, seasonLength, target, timeName },
      values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
    })),
  };
  return saveSafetensors(tensors, { format: "pt", lookback: JSON.stringify(content) });
}

function describeMember({ name, own }: Member, prefix: string, tensors: Record<string, Tensor>): MemberJSON {
  const keep = (network: NeuralForecaster | GlobalNeuralForecaster, place: string) => {
    const file = loadSafetensors(network.save(), name);
    for (const [key, tensor] of Object.entries(file.tensors)) tensors[`${place}.${key}`] = tensor;
    return { ...file.metadata };
  };
  if (own === undefined) return { kind: "none", name };
  if (own instanceof GlobalNeuralForecaster) return { kind: "network", name, metadata: keep(own, prefix) };
  const learned = Array.isArray(own)
    ? own.flatMap((forecaster: Forecaster | undefined, i) => (forecaster ? [{ forecaster, i }] : []))
    : [];
  if (Array.isArray(own) && learned.length === 0) return { kind: "none", name };
  const on = learned.map(({ i }) => i);
  const networks = learned.flatMap(({ forecaster, i }) =>
    forecaster instanceof NeuralForecaster ? [keep(forecaster, `${prefix}.${i}`)] : [],
  );
  if (networks.length > 0) return { kind: "networks", name, on, metadata: networks };
  if (Array.isArray(own) && Object.hasOwn(METHODS, name)) return { kind: "method", name, on };
  throw new FormatError(
    `auto: the candidate "${name}" cannot be saved: it is neither a network nor one of ${Object.keys(METHODS).join(", ")}.`,
  );
}

/** A model from {@link saveAuto}'s file. */
export interface LoadedAuto {
  readonly name: "auto";
  readonly decision: AutoDecision;
  /** The series from which its forecasts go on: those that it was fitted on, or the newer ones that it has observed. */
  readonly series: readonly Series[];
  /**
   * Goes on from newer values of its series without choosing or training again: methods are computed from the new
   * values, networks read them, and the weights and the intervals' calibration stay.
   *
   * @throws DataError when a series is absent, or a member cannot go on from it.
   */
  observe(newer: readonly Series[]): Promise<void>;
  /** One forecast per series; before `observe`, with the bits of the model that was saved. */
  predict(options: PredictOptions): Promise<Forecast[]>;
}

/**
 * The model of a file that {@link saveAuto} made. It forecasts without training.
 *
 * @param source names the file in messages.
 * @throws FormatError when the file is damaged, or of another kind.
 */
export async function loadAuto(bytes: Uint8Array, source = "the file"): Promise<LoadedAuto> {
  const { tensors, metadata } = loadSafetensors(bytes, source);
  const parsed = schema.safeParse(parseJson(metadata.lookback ?? ""));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const place = issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
    throw new FormatError(
      `${source} is not an auto forecaster that this version of Lookback can read: ${issue.message}${place}.`,
    );
  }
  const { decision, weights, members, series: stored } = parsed.data;
  const whole =
    weights.length === stored.length &&
    weights.every((own) => own.length === members.length) &&
    stored.every(({ times, values }) => times.length === values.length);
  if (!whole)
    throw new FormatError(`${source} is damaged: its series, weights and members do not go together.`);
  const series = stored.map(seriesOf);
  const loaded: Member[] = [];
  for (const [m, member] of members.entries()) {
    loaded.push(await loadMember(member, series, `members.${m}`, tensors, source));
  }
  let fitted: FittedAuto = {
    series,
    members: loaded,
    weights: weights.map((own) => Float64Array.from(own)),
    decision,
  };
  return {
    name: "auto",
    decision,
    get series() {
      return fitted.series;
    },
    async observe(newer) {
      const inOrder = fitted.series.map(({ id }) => {
        const alone = newer.length === 1 && fitted.series.length === 1;
        const found = alone ? newer[0] : newer.find((one) => one.id === id);
        if (found) return found;
        throw new DataError(
          `auto: the model in ${source} forecasts ${fitted.series.length} series together, and "${id}" is absent from the newer ones. Pass all of them.`,
        );
      });
      for (const member of fitted.members) await goOn(member, inOrder);
      fitted = { ...fitted, series: inOrder };
    },
    predict: (options) => forecastBlend(fitted, options),
  };
}

/** Lets what a member has learned go on from newer values; a method is computed anew. */
async function goOn({ own }: Member, newer: readonly Series[]): Promise<void> {
  if (own instanceof GlobalNeuralForecaster) own.observe(newer);
  if (!Array.isArray(own)) return;
  for (const [i, forecaster] of (own as readonly (Forecaster | undefined)[]).entries()) {
    if (forecaster instanceof NeuralForecaster) forecaster.observe(newer[i]!);
    else await forecaster?.fit(newer[i]!);
  }
}

async function loadMember(
  member: MemberJSON,
  series: readonly Series[],
  prefix: string,
  tensors: Readonly<Record<string, Tensor>>,
  source: string,
): Promise<Member> {
  const { kind, name } = member;
  if (kind === "none") return { name, own: undefined };
  const bytesOf = (place: string, metadata: Readonly<Record<string, string>>) => {
    const own = Object.entries(tensors).filter(([key]) => key.startsWith(`${place}.`));
    return saveSafetensors(
      Object.fromEntries(own.map(([key, tensor]) => [key.slice(place.length + 1), tensor])),
      metadata,
    );
  };
  if (kind === "network") {
    const own: GlobalForecaster = GlobalNeuralForecaster.load(bytesOf(prefix, member.metadata), source);
    return { name, own };
  }
  if (member.on.some((i) => i >= series.length)) {
    throw new FormatError(`${source} is damaged: "${name}" was fitted on a series that is not there.`);
  }
  const own: (Forecaster | undefined)[] = series.map(() => undefined);
  if (kind === "networks") {
    for (const [k, i] of member.on.entries()) {
      own[i] = NeuralForecaster.load(bytesOf(`${prefix}.${i}`, member.metadata[k] ?? {}), source);
    }
    return { name, own };
  }
  const make = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!make) throw new FormatError(`${source}: there is no method "${name}".`);
  for (const i of member.on) {
    const forecaster = make();
    await forecaster.fit(series[i]!);
    own[i] = forecaster;
  }
  return { name, own };
}

function seriesOf({ values, ...rest }: z.infer<typeof seriesSchema>): Series {
  const missing = values.flatMap((value, t) => (value === null ? [t] : []));
  return {
    ...rest,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
    ...(missing.length > 0 ? { missing } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
