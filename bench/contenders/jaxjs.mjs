// jax-js on its WebAssembly device: each row as one jitted function of parameters, moments and data. It has no scan, so
// a recurrent layer is unrolled, which its compiler takes up to a minute for; arrays are counted by hand (`.ref`).
import { product, shapes, values } from "./data.mjs";

const largest = 128;

export async function open(_options, { peer, where }) {
  const { module: jax, version } = await peer("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return {
    name: "jax-js",
    version,
    detail: `wasm device, ${where}`,
    variants({ kind, mode, H }) {
      const fits = kind === "recurrent" && mode === "train" && H <= largest;
      return fits || ["cnn", "tcn", "stream"].includes(kind) ? ["jit"] : [];
    },
    prepare: (row) => (row.kind === "stream" ? streamStep(jax, row) : trainingStep(jax, row)),
  };
}

const array = (jax, shape, phase, scale = 1) =>
  jax.numpy.array(values(product(shape), phase).map((v) => v * scale)).reshape(shape);

/** A step of Adam on every parameter, with the loss's gradients, in one jitted function. */
function trainingStep(jax, row) {
  const { numpy: np, jit, valueAndGrad, tree } = jax;
  const shape = shapes(row);
  const { weights, forward } = { recurrent, cnn, tcn }[row.kind](jax, row);
  const loss = (parameters, x, y) => np.square(forward(parameters, x).sub(y)).mean();
  const argnums = row.kind === "tcn" ? [0, 1] : 0;
  const adam = jit((parameters, first, second, rate, x, y) => {
    const [value, grads] = valueAndGrad(loss, { argnums })(tree.ref(parameters), x, y);
    const [own, input] = row.kind === "tcn" ? grads : [grads, null];
    const next = own.map((g, i) => {
      const m = first[i].mul(0.9).add(g.ref.mul(0.1));
      const v = second[i].mul(0.999).add(np.square(g).mul(0.001));
      const step = m.ref.mul(rate.ref).div(np.sqrt(v.ref).add(1e-8));
      return [parameters[i].sub(step), m, v];
    });
    rate.dispose();
    return [
      value,
      next.map((n) => n[0]),
      next.map((n) => n[1]),
      next.map((n) => n[2]),
      ...(input ? [input] : []),
    ];
  });
  const x = array(jax, shape.x, 1);
  const y = array(jax, shape.y, 2);
  let parameters = weights;
  const zeros = () => weights.map((w) => np.zeros(w.shape));
  let [first, second] = [zeros(), zeros()];
  let count = 0;
  return async () => {
    count++;
    const rate = np.array((0.001 * Math.sqrt(1 - 0.999 ** count)) / (1 - 0.9 ** count));
    const [value, p, m, v, input] = adam(parameters, first, second, rate, x.ref, y.ref);
    [parameters, first, second] = [p, m, v];
    if (input) input.dispose();
    await jax.blockUntilReady(tree.ref(parameters));
    return (await value.data())[0];
  };
}

function recurrent(jax, { cell, T, I, H, L }) {
  const { numpy: np, nn } = jax;
  const gates = { rnn: 1, gru: 3, lstm: 4 }[cell];
  const scale = 1 / Math.sqrt(H);
  const weights = [];
  for (let l = 0; l < L; l++) {
    const inputs = l === 0 ? I : H;
    weights.push(array(jax, [inputs, gates * H], 3 + l, scale), array(jax, [H, gates * H], 4 + l, scale));
    weights.push(array(jax, [gates * H], 5 + l, scale), array(jax, [gates * H], 6 + l, scale));
  }
  weights.push(array(jax, [H, 1], 7, scale), array(jax, [1], 8, scale));
  const part = (z, k) => z.slice([], [k * H, (k + 1) * H]);
  const cells = {
    rnn: (x, h, whh, bhh) => [np.tanh(x.add(np.dot(h[0], whh)).add(bhh))],
    lstm: (x, [h, c], whh, bhh) => {
      const z = x.add(np.dot(h, whh)).add(bhh);
      const [i, f, o] = [0, 1, 3].map((k) => nn.sigmoid(part(z.ref, k)));
      const next = f.mul(c).add(i.mul(np.tanh(part(z, 2))));
      return [o.mul(np.tanh(next.ref)), next];
    },
    gru: (x, [h], whh, bhh) => {
      const z = np.dot(h.ref, whh).add(bhh);
      const [r, u] = [0, 1].map((k) => nn.sigmoid(part(x.ref, k).add(part(z.ref, k))));
      const n = np.tanh(part(x, 2).add(r.mul(part(z, 2))));
      return [np.array(1).sub(u.ref).mul(n).add(u.mul(h))];
    },
  };
  function forward(parameters, x) {
    const B = x.shape[1];
    let sequence = Array.from({ length: T }, (_, t) => (t < T - 1 ? x.ref : x).slice(t));
    for (let l = 0; l < L; l++) {
      const [wih, whh, bih, bhh] = parameters.slice(4 * l, 4 * l + 4);
      let state = Array.from({ length: cell === "lstm" ? 2 : 1 }, () => np.zeros([B, H]));
      sequence = sequence.map((input) => {
        state = cells[cell](np.dot(input, wih.ref).add(bih.ref), state, whh.ref, bhh.ref);
        return state[0].ref;
      });
      for (const used of [wih, whh, bih, bhh, ...state]) used.dispose();
    }
    const [w, b] = parameters.slice(-2);
    return np.dot(np.stack(sequence), w).add(b);
  }
  return { weights, forward };
}

/** x [N, C, L] ∗ w [O, C, K] + b [O, 1] */
function convolve(jax, x, w, b, dilation, padding) {
  return jax.lax.convGeneralDilated(x, w, [1], [[padding, padding]], { rhsDilation: [dilation] }).add(b);
}

function cnn(jax, { T, B, I }) {
  const { numpy: np, nn } = jax;
  const shapesOf = [[64, I, 2], [64, 1], [128, 64, 2], [128, 1], [128 * (T - 4), 50], [50], [50, 1], [1]];
  const weights = shapesOf.map((shape, i) => array(jax, shape, 3 + i, 0.05));
  const pool = (t) => {
    const length = t.shape[2];
    return np.maximum(t.ref.slice([], [], [0, length - 1]), t.slice([], [], [1, length]));
  };
  function forward([k1, b1, k2, b2, w3, b3, w4, b4], x) {
    const first = pool(nn.relu(convolve(jax, x, k1, b1, 1, 0)));
    const second = pool(nn.relu(convolve(jax, first, k2, b2, 1, 0)));
    const hidden = nn.relu(np.dot(second.reshape([B, 128 * (T - 4)]), w3).add(b3));
    return np.dot(hidden, w4).add(b4);
  }
  return { weights, forward };
}

function tcn(jax, { I, H }) {
  const weights = [array(jax, [H, I, 3], 3, 0.05), array(jax, [H, 1], 4, 0.05)];
  return { weights, forward: ([w, b], x) => jax.nn.relu(convolve(jax, x, w, b, 4, 4)) };
}

function streamStep(jax, { I, H }) {
  const { numpy: np, nn, jit } = jax;
  const scale = 1 / Math.sqrt(H);
  const wih = array(jax, [I, 4 * H], 3, scale);
  const whh = array(jax, [H, 4 * H], 4, scale);
  const bias = array(jax, [4 * H], 5, scale);
  const cell = jit((x, h, c, w, u, b) => {
    const z = np.dot(x, w).add(np.dot(h, u)).add(b);
    const part = (k) => z.ref.slice([], [k * H, (k + 1) * H]);
    const [i, f, o] = [0, 1, 3].map((k) => nn.sigmoid(part(k)));
    const next = f.mul(c).add(i.mul(np.tanh(part(2))));
    z.dispose();
    return [o.mul(np.tanh(next.ref)), next];
  });
  let state = [np.zeros([1, H]), np.zeros([1, H])];
  return () => {
    const [h, c] = cell(np.array([[0.5]]), ...state, wih.ref, whh.ref, bias.ref);
    state = [h, c];
    h.ref.dataSync();
  };
}
