// Writes a model of one LSTM layer in ONNX's format (protocol buffers), so that no Python is needed to make one.
import { values } from "./data.mjs";

/** Unsigned integer, seven bits a byte. */
function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
  return bytes;
}

const number = (field, value) => [...varint(field * 8), ...varint(value)];
const bytes = (field, content) => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const text = (field, string) => bytes(field, new TextEncoder().encode(string));

const float = 1;

function tensor(name, dims, array) {
  const raw = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return [...dims.flatMap((d) => number(1, d)), ...number(2, float), ...text(8, name), ...bytes(9, raw)];
}

function valueInfo(name, dims) {
  const shape = dims.flatMap((d) => bytes(1, number(1, d)));
  return [...text(1, name), ...bytes(2, bytes(1, [...number(1, float), ...bytes(2, shape)]))];
}

/**
 * A model that takes x [1, 1, I], h [1, 1, H] and c [1, 1, H], and gives h1 and c1: one step of a stream. The names of
 * fields are those of onnx.proto: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto.
 */
export function lstmModel({ I, H }) {
  const weights = [
    ["W", [1, 4 * H, I]],
    ["R", [1, 4 * H, H]],
    ["B", [1, 8 * H]],
  ];
  const scale = 1 / Math.sqrt(H);
  const initializers = weights.flatMap(([name, dims], i) => {
    const array = values(
      dims.reduce((a, b) => a * b),
      i,
    ).map((value) => value * scale);
    return bytes(5, tensor(name, dims, array));
  });
  const hiddenSize = bytes(5, [...text(1, "hidden_size"), ...number(3, H), ...number(20, 2)]);
  const node = [
    ...["x", "W", "R", "B", "", "h", "c"].flatMap((name) => text(1, name)),
    ...["", "h1", "c1"].flatMap((name) => text(2, name)),
    ...text(4, "LSTM"),
    ...hiddenSize,
  ];
  const state = [1, 1, H];
  const graph = [
    ...bytes(1, node),
    ...text(2, "step"),
    ...initializers,
    ...bytes(11, valueInfo("x", [1, 1, I])),
    ...bytes(11, valueInfo("h", state)),
    ...bytes(11, valueInfo("c", state)),
    ...bytes(12, valueInfo("h1", state)),
    ...bytes(12, valueInfo("c1", state)),
  ];
  const opset = [...text(1, ""), ...number(2, 14)];
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, opset)]);
}
