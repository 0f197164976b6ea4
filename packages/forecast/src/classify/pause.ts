import { throwIfAborted } from "../forecaster.js";

/** Longest stretch of work, in milliseconds, before other work of the host gets a turn. */
const TURN = 12;

/**
 * Makes a function to be awaited now and then in long work: it gives timers, requests and rendering a turn when the
 * last one was a while ago, and throws an AbortError once the signal is aborted.
 */
export function pauser(signal: AbortSignal | undefined, what: string): () => Promise<void> {
  let last = performance.now();
  return async () => {
    throwIfAborted(signal, what);
    if (performance.now() - last < TURN) return;
    await new Promise<void>((resolve) => {
      // setTimeout alone would wait up to 4 ms each time in a browser
      const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
      if (setImmediate) setImmediate(resolve);
      else setTimeout(resolve);
    });
    last = performance.now();
    throwIfAborted(signal, what);
  };
}
