// What every contender in JavaScript shares: the clock, and answers to the questions of bench/contender.ts.
// It runs in Node, where questions come as JSON lines, and in a page, where they are calls.
//
// A contender is { name, version, detail, variants(row), prepare(row, variant) }:
//   variants  names the ways in which it can run a row, each to be timed; none when it cannot run the row at all
//   prepare   gives the step to time, a function that may be asynchronous; it returns the loss of a training step

const shortestSample = 5; // ms: well above the resolution of any clock, a page's tenths too
const warmUp = 0.3; // s

/** Milliseconds of `count` steps one after another, and what the last one returned. */
async function timeSteps(step, count) {
  let result;
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    result = step();
    if (result instanceof Promise) result = await result;
  }
  return { ms: performance.now() - start, result };
}

/** Runs a step for some seconds; a sample is the mean of as many steps as take five milliseconds. */
async function sample(step, seconds, perSample) {
  const samples = [];
  const until = performance.now() + seconds * 1000;
  do samples.push((await timeSteps(step, perSample)).ms / perSample);
  while (performance.now() < until);
  samples.sort((a, b) => a - b);
  return samples;
}

/** More than take turns at once. */
const mostPrepared = 12;

/** Answers questions about one contender; keeps what it prepared lately. */
export function answerer(contender) {
  const prepared = new Map();
  async function prepare(request) {
    const key = JSON.stringify([request.row, request.variant]);
    let entry = prepared.get(key);
    prepared.delete(key);
    if (!entry) {
      const step = await contender.prepare(request.row, request.variant);
      const { result: firstLoss } = await timeSteps(step, 1);
      const until = performance.now() + warmUp * 1000;
      let perSample = 1;
      let ms;
      do {
        ms = (await timeSteps(step, perSample)).ms;
        if (ms < shortestSample) perSample *= 2;
      } while (ms < shortestSample || performance.now() < until);
      entry = { step, firstLoss, perSample };
    }
    prepared.set(key, entry);
    if (prepared.size > mostPrepared) prepared.delete(prepared.keys().next().value);
    return entry;
  }
  return async (request) => {
    const { name, version, detail } = contender;
    if (request.ask === "hello") return { name, version, detail };
    if (request.ask === "variants") return { variants: await contender.variants(request.row) };
    const { step, firstLoss, perSample } = await prepare(request);
    const samples = await sample(step, request.seconds, perSample);
    return { ms: samples[samples.length >> 1], samples: samples.length, firstLoss: firstLoss ?? null };
  };
}
