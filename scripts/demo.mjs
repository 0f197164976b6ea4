// The demo: the lecture notes' LSTM and a forecast of the flights data, with every file that they write, in out/.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const lookback = (...args) => {
  console.log(`\n$ lookback ${args.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, [join(root, "packages/cli/bin/lookback.js"), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
};

lookback("tutorial", "--seed", "0..9", "--out", "out/tutorial");
lookback("forecast", "data/flights.csv", "--out", "out/flights");
lookback(
  "predict",
  "out/flights/model.safetensors",
  "data/flights.csv",
  "--horizon",
  "6",
  "--out",
  "out/predict",
);

console.log(`
Look at
  out/flights/report.html     the forecast, how far to trust it, and how it was made
  out/flights/forecast.png    its picture
  out/tutorial/tutorial.png   the lecture notes' picture: actual, fitted and predicted`);
