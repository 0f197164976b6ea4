// Micro-benchmark of the compiled kernels, without tensors or autograd around them: npx tsx bench/kernels.ts [plain|relaxed]
// Every figure is the best of several rounds, so that a busy machine spoils it less.
import { Cell, type Kernels, Unary } from "../packages/core/src/engine/kernels.js";
import { wasmBytes } from "../packages/core/src/engine/wasmModule.js";

const canRelax = WebAssembly.validate(wasmBytes("relaxed", false));
const build = process.argv[2] ?? (canRelax ? "relaxed" : "plain");
const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(wasmBytes(build === "relaxed" ? "relaxed" : "plain", false)),
  { env: { memory, sgemm() {} } },
);
const kernels = exports as unknown as Kernels;
kernels.setScratch(1024);
let next = (1024 + kernels.scratchBytes() + 63) & ~63;
const firstFree = next;

/** An address for so many floats, filled with numbers in ±scale. */
function floats(count: number, scale = 1): number {
  const address = next;
  next = (next + 4 * count + 63) & ~63;
  const missing = next - memory.buffer.byteLength;
  if (missing > 0) memory.grow((missing >> 16) + 1);
  const view = new Float32Array(memory.buffer, address, count);
  let state = 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    view[i] = (state / 2 ** 31) * scale;
  }
  return address;
}

/** Microseconds of one call, after V8 has had 20 ms to compile what it runs often. */
function time(call: () => void, rounds = 8): number {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < 20) {
    call();
    calls++;
  }
  const repeats = Math.max(1, Math.ceil(calls / 5));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) call();
    best = Math.min(best, (performance.now() - begin) / repeats);
  }
  return best * 1000;
}

function products(): void {
  console.log("\nmatrix products, GFLOP/s        A·B    A·Bᵀ    Aᵀ·B   Aᵀ·Bᵀ");
  const cubes = [6, 8, 16, 32, 64, 128, 256, 512, 1024].map((n) => [n, n, n]);
  const shapes = [
    [1, 24, 6],
    [1, 6, 24],
    [32, 256, 64],
    [32, 64, 256],
    [256, 64, 768],
    [64, 2048, 512],
    [2048, 512, 6400],
  ];
  for (const [m, n, k] of [...cubes, ...shapes] as [number, number, number][]) {
    next = firstFree;
    const [a, b, c] = [floats(m * k), floats(k * n), floats(m * n)];
    const rates = [0, 1].flatMap((transA) =>
      [0, 1].map((transB) => {
        const us = time(() =>
          kernels.gemm(transA, transB, m, n, k, a, transA ? m : k, b, transB ? k : n, 0, c, n),
        );
        return ((2 * m * n * k) / us / 1000).toFixed(1).padStart(8);
      }),
    );
    console.log(`${m}×${n} over ${k}`.padEnd(26) + rates.join(""));
  }
}

function functions(): void {
  console.log("\nfunctions forward and backward, nanoseconds per element (4096 of them)");
  next = firstFree;
  const n = 4096;
  const [x, y, dy, dx] = [floats(n, 4), floats(n, 1), floats(n, 1), floats(n, 1)];
  const rows = Object.entries(Unary).map(([name, op]) => {
    const forward = time(() => kernels.unary(op, n, x, 1.5, y));
    const backward = time(() => kernels.unaryBackward(op, n, x, y, dy, 1.5, dx));
    return `${name.padEnd(12)}${((forward / n) * 1000).toFixed(2).padStart(8)}${((backward / n) * 1000).toFixed(2).padStart(8)}`;
  });
  console.log(rows.join("\n"));
}

/** A layer's share of a training step: all that PyTorch's nn.LSTM does forward and backward, and how much is the loop over time. */
function layers(): void {
  console.log("\nrecurrent layers, µs             forward   (loop)  backward   (loop)     total");
  const shapes = [
    [112, 1, 3, 6],
    [24, 32, 8, 64],
    [48, 64, 16, 128],
    [100, 64, 64, 512],
  ] as const;
  for (const [cell, G] of [
    ["lstm", 4],
    ["gru", 3],
    ["rnnTanh", 1],
  ] as const) {
    for (const [T, B, I, H] of shapes) {
      next = firstFree;
      const code = Cell[cell];
      const width = G * H;
      const [x, dx, wih, dwih, whh, dwhh] = [
        T * B * I,
        T * B * I,
        width * I,
        width * I,
        width * H,
        width * H,
      ].map((n) => floats(n, 1 / Math.sqrt(H))) as [number, number, number, number, number, number];
      const [bias, dbias, bhn] = [floats(width), floats(width), floats(H)];
      const [gates, hs, cs, extra] = [
        floats(T * B * width),
        floats((T + 1) * B * H),
        floats((T + 1) * B * H),
        floats(T * B * H),
      ];
      const [dy, dh, dc] = [floats(T * B * H), floats(B * H), floats(B * H)];
      const packed = floats(kernels.recurrentPackedBytes(code, H, 0) / 4);
      const packedBack = floats(kernels.recurrentPackedBytes(code, H, 1) / 4);
      let loopForward = 0;
      let loopBackward = 0;
      const forward = () => {
        kernels.broadcastRow(T * B, width, bias, gates);
        kernels.gemm(0, 1, T * B, width, I, x, I, wih, I, 1, gates, width);
        kernels.recurrentPack(code, H, 0, whh, packed);
        const start = performance.now();
        kernels.recurrentForward(code, T, B, 0, B, H, 0, gates, packed, bhn, hs, cs, B * H, extra, 0, 0);
        loopForward = performance.now() - start;
      };
      const backward = () => {
        kernels.recurrentPack(code, H, 1, whh, packedBack);
        kernels.fill(B * H, 0, dh);
        kernels.fill(B * H, 0, dc);
        const start = performance.now();
        kernels.recurrentBackward(
          code,
          T,
          B,
          0,
          B,
          H,
          0,
          gates,
          packedBack,
          hs,
          cs,
          extra,
          0,
          dy,
          dh,
          dc,
          gates,
          extra,
          0,
        );
        loopBackward = performance.now() - start;
        kernels.gemm(1, 0, width, I, T * B, gates, width, x, I, 0, dwih, I);
        kernels.gemm(0, 0, T * B, I, width, gates, width, wih, I, 0, dx, I);
        const direct = cell === "gru" ? 2 * H : width;
        kernels.gemm(1, 0, direct, H, T * B, gates, width, hs, H, 0, dwhh, H);
        if (cell === "gru") kernels.gemm(1, 0, H, H, T * B, extra, H, hs, H, 0, dwhh + 4 * direct * H, H);
        kernels.fill(width, 0, dbias);
        kernels.addColumnSums(T * B, width, gates, dbias);
      };
      const best = [1e9, 1e9, 1e9, 1e9];
      const until = performance.now() + 1500;
      for (let round = 0; round < 3 || (round < 3000 && performance.now() < until); round++) {
        const start = performance.now();
        forward();
        const middle = performance.now();
        backward();
        const end = performance.now();
        [middle - start, loopForward, end - middle, loopBackward].forEach((ms, i) => {
          best[i] = Math.min(best[i]!, ms * 1000);
        });
      }
      const numbers = [...best, best[0]! + best[2]!].map((us) => us.toFixed(us < 100 ? 1 : 0).padStart(9));
      console.log(`${cell} T${T} B${B} I${I} H${H}`.padEnd(30) + numbers.join(" "));
    }
  }
}

console.log(`${build} SIMD, Node ${process.version}`);
const parts = { products, functions, layers };
const chosen = process.argv.slice(3);
for (const [name, part] of Object.entries(parts)) if (!chosen.length || chosen.includes(name)) part();
