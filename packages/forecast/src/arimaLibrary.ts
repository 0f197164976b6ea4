import type Arima from "arima";

let ready: Promise<typeof Arima> | undefined;

/** The `arima` package, compiled once, when it is first needed. */
export function arimaLibrary(): Promise<typeof Arima> {
  ready ??= load().catch((error: unknown) => {
    ready = undefined;
    throw error;
  });
  return ready;
}

/**
 * The library's C code prints warnings to the console.log that it finds when it is loaded, which would spoil a command's
 * output. It finds one that passes everything on until the library is there, and nothing afterwards.
 */
async function load(): Promise<typeof Arima> {
  const { log } = console;
  let quiet = false;
  console.log = (...words: unknown[]) => {
    if (!quiet) log(...words);
  };
  try {
    const { default: loaded } = await import("arima");
    return loaded;
  } finally {
    console.log = log;
    quiet = true;
  }
}
