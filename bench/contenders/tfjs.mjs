// TensorFlow.js, as its users write it: layers of a sequential model and trainOnBatch, on the cpu and the wasm backend.
import { product, shapes, values } from "./data.mjs";

/** A step of seconds teaches nothing that a smaller row does not. */
const largest = 256;

export async function open(_options, { peer, where }) {
  const { module: tf, version } = await peer("@tensorflow/tfjs");
  const backends = ["cpu"];
  try {
    await peer("@tensorflow/tfjs-backend-wasm");
    backends.push("wasm");
  } catch {
    // Its users can go without it, and so can the benchmark.
  }
  tf.enableProdMode();
  return {
    name: "tfjs",
    version,
    detail: `backends ${backends.join(", ")}, ${where}`,
    variants({ kind, H }) {
      if (kind === "matmul" || H > largest) return [];
      if (kind === "stream")
        return backends.flatMap((name) => [`${name}, stateful layer`, `${name}, basicLSTMCell`]);
      if (kind === "tcn") return backends.map((name) => `${name}, products`);
      if (kind === "cnn") return ["cpu", ...backends.map((name) => `${name}, products`)];
      return backends;
    },
    async prepare(row, variant) {
      const [backend, way] = variant.split(", ");
      await tf.setBackend(backend);
      await tf.ready();
      const step = await prepare(tf, row, way);
      return backends.length === 1 ? step : onBackend(tf, backend, step);
    },
  };
}

/** Steps of several backends take turns: the first of a turn goes back to its own. */
function onBackend(tf, backend, step) {
  return () => {
    if (tf.getBackend() === backend) return step();
    return tf.setBackend(backend).then(step);
  };
}

function prepare(tf, row, way) {
  if (row.kind === "stream") return way === "basicLSTMCell" ? cellStep(tf, row) : layerStep(tf, row);
  if (row.kind === "tcn") return tcnStep(tf, row);
  if (way === "products") return cnnStep(tf, row);
  const shape = shapes(row);
  let x = tf.tensor(values(product(shape.x), 1), shape.x);
  let y = tf.tensor(values(product(shape.y), 2), shape.y);
  const model = tf.sequential();
  if (row.kind === "recurrent") {
    const { cell, T, I, H, L, mode } = row;
    x = x.transpose([1, 0, 2]);
    y = y.transpose([1, 0, 2]);
    const make = { lstm: tf.layers.lstm, gru: tf.layers.gru, rnn: tf.layers.simpleRNN }[cell];
    // Orthogonal matrices, the default, take seconds to make; what they hold does not change the speed.
    const common = { units: H, returnSequences: true, recurrentInitializer: "glorotUniform" };
    if (cell === "gru") common.resetAfter = false;
    for (let i = 0; i < L; i++) model.add(make(i === 0 ? { ...common, inputShape: [T, I] } : common));
    model.add(tf.layers.dense({ units: 1 }));
    if (mode === "forward") {
      return () => {
        const result = model.predict(x);
        result.dataSync();
        result.dispose();
      };
    }
  } else {
    x = x.transpose([0, 2, 1]);
    const conv = (filters, inputShape) =>
      model.add(
        tf.layers.conv1d({ filters, kernelSize: 2, activation: "relu", ...(inputShape && { inputShape }) }),
      );
    const pool = () => model.add(tf.layers.maxPooling1d({ poolSize: 2, strides: 1 }));
    conv(64, [row.T, row.I]);
    pool();
    conv(128);
    pool();
    model.add(tf.layers.flatten());
    model.add(tf.layers.dense({ units: 50, activation: "relu" }));
    model.add(tf.layers.dense({ units: 1 }));
  }
  model.compile({ optimizer: tf.train.adam(0.001), loss: "meanSquaredError" });
  return async () => model.trainOnBatch(x, y);
}

/**
 * Convolution along time as one matrix product for each tap: the wasm backend has no gradient of a convolution, and
 * tfjs none at all of a dilated one, but products have both. x [B, T, I], kernel [K, I, O] → [B, T′, O]
 */
function convolve(tf, x, kernel, dilation, padding) {
  const [taps, I, O] = kernel.shape;
  const padded =
    padding > 0
      ? tf.pad(x, [
          [0, 0],
          [padding, padding],
          [0, 0],
        ])
      : x;
  const [B, length] = padded.shape;
  const T = length - dilation * (taps - 1);
  const products = Array.from({ length: taps }, (_, k) => {
    const rows = padded.slice([0, k * dilation, 0], [B, T, I]).reshape([B * T, I]);
    return rows.matMul(kernel.slice([k, 0, 0], [1, I, O]).reshape([I, O]));
  });
  return tf.addN(products).reshape([B, T, O]);
}

const weights = (tf, ...shape) => tf.variable(tf.randomUniform(shape, -0.05, 0.05));

function tcnStep(tf, { T, B, I, H }) {
  const x = tf.tensor(values(B * I * T, 1), [B, I, T]).transpose([0, 2, 1]);
  const y = tf.tensor(values(B * H * T, 2), [B, H, T]).transpose([0, 2, 1]);
  const [kernel, bias] = [weights(tf, 3, I, H), weights(tf, H)];
  const optimizer = tf.train.adam(0.001);
  const loss = (input, w, b) => tf.losses.meanSquaredError(y, convolve(tf, input, w, 4, 4).add(b).relu());
  const gradients = tf.valueAndGrads(loss);
  return () =>
    tf.tidy(() => {
      const { value, grads } = gradients([x, kernel, bias]);
      optimizer.applyGradients({ [kernel.name]: grads[1], [bias.name]: grads[2] });
      grads[0].dataSync();
      return value.dataSync()[0];
    });
}

function cnnStep(tf, { T, B, I }) {
  const x = tf.tensor(values(B * I * T, 1), [B, I, T]).transpose([0, 2, 1]);
  const y = tf.tensor(values(B, 2), [B, 1]);
  const [k1, b1, k2, b2] = [
    weights(tf, 2, I, 64),
    weights(tf, 64),
    weights(tf, 2, 64, 128),
    weights(tf, 128),
  ];
  const features = 128 * (T - 4);
  const [w3, b3, w4, b4] = [weights(tf, features, 50), weights(tf, 50), weights(tf, 50, 1), weights(tf, 1)];
  const pool = (t) => {
    const [, length, channels] = t.shape;
    const part = (from) => t.slice([0, from, 0], [B, length - 1, channels]);
    return tf.maximum(part(0), part(1));
  };
  const block = (t, k, b) => pool(convolve(tf, t, k, 1, 0).add(b).relu());
  const net = () => {
    const flat = block(block(x, k1, b1), k2, b2).reshape([B, features]);
    return flat.matMul(w3).add(b3).relu().matMul(w4).add(b4);
  };
  const optimizer = tf.train.adam(0.001);
  return () =>
    tf.tidy(() => optimizer.minimize(() => tf.losses.meanSquaredError(y, net()), true).dataSync()[0]);
}

function layerStep(tf, { I, H }) {
  const model = tf.sequential();
  const layer = { units: H, stateful: true, recurrentInitializer: "glorotUniform" };
  model.add(tf.layers.lstm({ ...layer, batchInputShape: [1, 1, I] }));
  return () =>
    tf.tidy(() => {
      model.predict(tf.tensor3d([0.5], [1, 1, I])).dataSync();
    });
}

function cellStep(tf, { I, H }) {
  const forget = tf.scalar(0);
  const kernel = tf.randomUniform([I + H, 4 * H], -0.2, 0.2);
  const bias = tf.zeros([4 * H]);
  let state = [tf.zeros([1, H]), tf.zeros([1, H])];
  return () => {
    const next = tf.tidy(() => tf.basicLSTMCell(forget, kernel, bias, tf.tensor2d([0.5], [1, I]), ...state));
    tf.dispose(state);
    state = next;
    state[1].dataSync();
  };
}
