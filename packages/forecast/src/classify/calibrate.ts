/** Sharpness lies between these. */
const [LOW, HIGH] = [1e-2, 1e3];

/** e^(s·score) over their sum, each class's score times a sharpness s. */
export function softmax(scores: ArrayLike<number>, sharpness = 1): Float64Array {
  let most = -Infinity;
  for (let k = 0; k < scores.length; k++) most = Math.max(most, scores[k]!);
  const shares = Float64Array.from({ length: scores.length }, (_, k) =>
    Math.exp(sharpness * (scores[k]! - most)),
  );
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

/**
 * The sharpness s for which softmax(s · scores) has the smallest log loss on scores of examples that were not learned
 * from ("temperature scaling", Guo et al. 2017). Each target keeps 1/(N + 2) for the other classes, as Platt (1999)
 * has it, so that scores that separate all examples do not ask for certainty. The loss is convex in s; golden-section
 * search on log s.
 *
 * @param scores by class, [K][N]. @param targets the class of each example, [N].
 */
export function calibrate(scores: readonly Float64Array[], targets: Int32Array): number {
  const classes = scores.length;
  const spare = 1 / (targets.length + 2);
  const rows = Array.from(targets, (_, i) => scores.map((column) => column[i]!));
  const loss = (logSharpness: number) => {
    const s = Math.exp(logSharpness);
    let sum = 0;
    for (const [i, row] of rows.entries()) {
      const most = Math.max(...row);
      const norm = s * most + Math.log(row.reduce((total, score) => total + Math.exp(s * (score - most)), 0));
      for (const [k, score] of row.entries()) {
        sum += (k === targets[i] ? 1 - spare : spare / (classes - 1)) * (norm - s * score);
      }
    }
    return sum;
  };
  let [from, to] = [Math.log(LOW), Math.log(HIGH)];
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [to - ratio * (to - from), from + ratio * (to - from)];
  let [lossA, lossB] = [loss(a), loss(b)];
  while (to - from > 1e-3) {
    if (lossA < lossB) {
      [to, b, lossB] = [b, a, lossA];
      a = to - ratio * (to - from);
      lossA = loss(a);
    } else {
      [from, a, lossA] = [a, b, lossB];
      b = from + ratio * (to - from);
      lossB = loss(b);
    }
  }
  return Math.exp((from + to) / 2);
}
