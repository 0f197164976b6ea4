// The same steps that fit() takes, written out. scope() frees what each step makes.
import { manualSeed, nn, optim, rand, scope } from "@lookback/core";

export function run() {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const lossFn = new nn.MSELoss();
  const x = rand([64, 4]);
  const y = x.sum(1, true).square();
  const losses: number[] = [];
  for (let epoch = 0; epoch < 200; epoch++) {
    losses.push(
      scope(() => {
        optimizer.zeroGrad();
        const loss = lossFn.forward(model.forward(x), y);
        loss.backward();
        optim.clipGradNorm_(model.parameters(), 1);
        optimizer.step();
        return loss.item();
      }),
    );
  }
  return { first: losses[0]!, last: losses.at(-1)! };
}
