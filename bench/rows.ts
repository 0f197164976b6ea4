/** A contender that ratios are quoted against. */
export type Peer = "pytorch" | "tfjs" | "jaxjs" | "brain" | "onnxruntime-web" | "onnxruntime-node";

/** What a contender is asked to run: T steps, B batch, I inputs or channels, H hidden units or channels, L layers. */
export interface Work {
  kind: "recurrent" | "cnn" | "tcn" | "stream" | "matmul";
  cell?: "lstm" | "gru" | "rnn";
  T: number;
  B: number;
  I: number;
  H: number;
  L: number;
  /** A whole training step, the forward pass alone, or one step of a stream. */
  mode: "train" | "forward" | "step";
  /** Of a product of two n × n matrices. */
  n?: number;
}

/** One row of the table. */
export interface Row {
  name: string;
  title: string;
  work: Work;
  /** How many times as fast as a peer the row should be. */
  aims: Partial<Record<Peer, number>>;
  /** Not in the table unless it is asked for by name. */
  extra?: boolean;
}

const cells = ["lstm", "gru", "rnn"] as const;

const sizes = [
  { name: "tutorial", T: 112, B: 1, I: 3, H: 6, L: 2, pytorch: 200, tfjs: 1500 },
  { name: "small", T: 24, B: 32, I: 8, H: 64, L: 1, pytorch: 3, tfjs: 30 },
  { name: "medium", T: 48, B: 64, I: 16, H: 128, L: 2, pytorch: 2, tfjs: 40 },
  { name: "large", T: 100, B: 64, I: 64, H: 512, L: 1, pytorch: 1.5 },
];

type Size = Pick<Work, "T" | "B" | "I" | "H" | "L">;

export const describe = ({ T, B, I, H, L }: Size): string => `T${T} B${B} I${I} H${H} L${L}`;

/** A recurrent layer of any size, trained. */
export const recurrentWork = (cell: (typeof cells)[number], { T, B, I, H, L }: Size): Work => ({
  kind: "recurrent",
  cell,
  T,
  B,
  I,
  H,
  L,
  mode: "train",
});

/** C = A·B of two n × n matrices: what the peaks are measured by. */
export const matmulWork = (n: number): Work => ({
  kind: "matmul",
  T: 1,
  B: 1,
  I: n,
  H: n,
  L: 1,
  mode: "forward",
  n,
});

/** The rows of the table, and of the forward passes that are measured on demand. */
export const rows: readonly Row[] = [
  ...sizes.flatMap(({ name, pytorch, tfjs, ...size }) =>
    cells.map(
      (cell): Row => ({
        name: `${cell}-${name}`,
        title: `${cell.toUpperCase()} ${describe(size)}`,
        work: recurrentWork(cell, size),
        aims: {
          pytorch: cell === "rnn" && name === "tutorial" ? 80 : pytorch,
          ...(tfjs && { tfjs }),
        },
      }),
    ),
  ),
  {
    name: "cnn",
    title: "the tutorial's CNN 15→64→128, T24 B32",
    work: { kind: "cnn", T: 24, B: 32, I: 15, H: 128, L: 2, mode: "train" },
    aims: { pytorch: 2, tfjs: 10 },
  },
  {
    name: "tcn",
    title: "TCN block 64→64 k3 dilation 4, T256 B32",
    work: { kind: "tcn", T: 256, B: 32, I: 64, H: 64, L: 1, mode: "train" },
    aims: { pytorch: 1.2, tfjs: 10 },
  },
  {
    name: "stream",
    title: "one stateful LSTM step 1→32, batch 1",
    work: { kind: "stream", T: 1, B: 1, I: 1, H: 32, L: 1, mode: "step" },
    aims: { pytorch: 30, tfjs: 300, "onnxruntime-web": 20, "onnxruntime-node": 20 },
  },
  ...sizes.map(
    ({ name, pytorch: _, tfjs: __, ...size }): Row => ({
      name: `forward-${name}`,
      title: `LSTM forward alone, ${describe(size)}`,
      work: { ...recurrentWork("lstm", size), mode: "forward" },
      aims: {},
      extra: true,
    }),
  ),
];

/**
 * The rows that a filter names: each item is a row's whole name or a word of it ("tutorial", "lstm"). Rows that are
 * extra are found by their whole name or their first word only. Null for an item that names nothing.
 */
export function chooseRows(items: readonly string[]): Row[] | { unknown: string } {
  if (items.length === 0) return rows.filter((row) => !row.extra);
  const matches = (row: Row, item: string) => {
    const words = row.name.split("-");
    return row.name === item || (row.extra ? words[0] === item : words.includes(item));
  };
  const unknown = items.find((item) => !rows.some((row) => matches(row, item)));
  if (unknown !== undefined) return { unknown };
  return rows.filter((row) => items.some((item) => matches(row, item)));
}
