import { FormatError, loadSafetensors, saveSafetensors, type Tensor } from "@lookback/core";
import { z } from "zod";
import { parseJson } from "../trainingRun.js";

/** An opened classifier file: its kind, the JSON that describes it, and its arrays. */
export interface ClassifierFile {
  readonly kind: string;
  readonly description: unknown;
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Names the file in messages. */
  readonly source: string;
}

const headSchema = z.object({
  format: z.literal("lookback-classifier"),
  version: z.literal(1),
  kind: z.string(),
  description: z.unknown(),
});

/** One safetensors file: the arrays, and under the metadata key `lookback` the JSON of everything else. */
export function writeClassifier(
  kind: string,
  description: object,
  tensors: Readonly<Record<string, Tensor>>,
): Uint8Array {
  const head: z.input<typeof headSchema> = { format: "lookback-classifier", version: 1, kind, description };
  return saveSafetensors({ ...tensors }, { format: "pt", lookback: JSON.stringify(head) });
}

/** Opens what {@link writeClassifier} wrote. @throws FormatError when the file is damaged, or of another kind. */
export function openClassifier(bytes: Uint8Array, source: string): ClassifierFile {
  const { tensors, metadata } = loadSafetensors(bytes, source);
  const parsed = headSchema.safeParse(parseJson(metadata.lookback));
  if (!parsed.success) {
    throw new FormatError(
      `${source} holds no classifier that this version of Lookback can read. Pass a file that a classifier's save() or "lookback classify" wrote, or train it again.`,
    );
  }
  const { kind, description } = parsed.data;
  return { kind, description, tensors, source };
}

/** Checks the description of a file. @throws FormatError that names what is wrong with it. */
export function readDescription<Schema extends z.ZodType>(
  file: ClassifierFile,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(file.description);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw damaged(file, `its description does not fit: ${issue.message}${place}`);
}

/** An array of a file. @throws FormatError when it is missing, of another shape, or not of finite numbers. */
export function readFloats(file: ClassifierFile, name: string, shape: readonly number[]): Float32Array {
  const found = file.tensors[name];
  if (found?.shape.join("×") !== shape.join("×") || found.dtype !== "float32") {
    const got = found ? `${found.dtype} of shape [${found.shape.join(", ")}]` : "nothing";
    throw damaged(file, `expected "${name}" of shape [${shape.join(", ")}], got ${got}`);
  }
  const values = found.toTypedArray() as Float32Array;
  if (!values.every(Number.isFinite)) throw damaged(file, `"${name}" holds numbers that are not finite`);
  return values;
}

/** The error of a file that contradicts itself. */
export function damaged({ source }: ClassifierFile, problem: string): FormatError {
  return new FormatError(`${source} is damaged: ${problem}. Train the classifier again.`);
}

/** The classes that a classifier tells apart, as a file has them. */
export const classesSchema = z.array(z.string()).min(2);

/** A standardisation, as a file has it. */
export const standardisationSchema = z.object({
  kind: z.enum(["channel", "sequence", "none"]),
  means: z.array(z.number()),
  scales: z.array(z.number().positive()),
});
