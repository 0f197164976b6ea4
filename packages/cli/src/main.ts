import { LookbackError } from "@lookback/core";
import { Command, CommanderError } from "commander";
import { addCommands } from "./commands.js";
import { version } from "./engine.js";
import { InterruptedError, UsageError } from "./errors.js";
import type { Io } from "./io.js";

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Runs a command line (without node and script) and gives its exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const program = new Command("lookback")
    .description("From a table to an honest forecast and a picture.")
    .version(version(), "-v, --version")
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: () => {},
    });
  addCommands(program, argv, io);
  for (const command of program.commands) command.exitOverride().showSuggestionAfterError();
  try {
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    await program.parseAsync([...argv], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return report(error, io);
  }
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    io.stderr.write(
      `${error.message.replace(/^error: /, "").replace(/^./, (c) => c.toUpperCase())}\nSee lookback --help.\n`,
    );
    return exitCodes.usage;
  }
  if (error instanceof UsageError) {
    io.stderr.write(`${error.message}\nSee lookback --help.\n`);
    return exitCodes.usage;
  }
  if (error instanceof InterruptedError || io.signal.aborted) {
    io.stderr.write(`${error instanceof LookbackError ? error.message : "Interrupted."}\n`);
    return exitCodes.interrupted;
  }
  if (error instanceof LookbackError) {
    io.stderr.write(`${error.message}\n`);
    return exitCodes.failed;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const place = io.env.LOOKBACK_DEBUG ? `\n${stack}` : " Set LOOKBACK_DEBUG=1 to see where.";
  io.stderr.write(`Something went wrong that Lookback did not foresee: ${message}.${place}\n`);
  return exitCodes.failed;
}
