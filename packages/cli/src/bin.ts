import { main } from "./main.js";

// A reader that has seen enough (head, less) closes the pipe: that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

const interrupt = new AbortController();
let interrupts = 0;
process.on("SIGINT", () => {
  // The first Ctrl-C saves a checkpoint and ends in order; a second one ends at once.
  if (++interrupts > 1) process.exit(130);
  interrupt.abort();
});
process.on("SIGTERM", () => interrupt.abort());

const { stdout, stderr, stdin, env } = process;
process.exitCode = await main(process.argv.slice(2), {
  stdout,
  stderr,
  stdin,
  env,
  signal: interrupt.signal,
});
