import { SingleBar } from "cli-progress";
import type { Console } from "./io.js";
import { messages } from "./messages.js";

/** How far a piece of work has come. */
export interface Step {
  /** 0 to 1 */
  fraction: number;
  /** What is being done, in a few words. */
  label: string;
  loss?: number | undefined;
}

/** Seconds between lines where no bar can be drawn. */
const lineEvery = 5;

/**
 * Progress of a whole command on stderr: a bar with loss and time left on a terminal, a line every few seconds
 * elsewhere, nothing when quiet. Time left is estimated from the time so far.
 */
export class Progress {
  private readonly bar: SingleBar | null;
  private readonly started = performance.now();
  private lastLine = this.started;

  constructor(private readonly console: Console) {
    const { stderr } = console.io;
    this.bar = console.interactive
      ? new SingleBar({
          stream: stderr as NodeJS.WriteStream,
          format: "{bar} {share} {label}{details}",
          barsize: 24,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          hideCursor: true,
          clearOnComplete: true,
          linewrap: false,
          fps: 10,
        })
      : null;
    this.bar?.start(1000, 0, { share: "  0 %", label: "", details: "" });
  }

  update({ fraction, label, loss }: Step): void {
    const text = messages(this.console.lang).terminal;
    const now = performance.now();
    const elapsed = (now - this.started) / 1000;
    const left = fraction > 0.02 ? text.left(duration((elapsed / fraction) * (1 - fraction))) : null;
    const parts = [
      loss === undefined ? null : `${text.loss} ${loss.toPrecision(3)}`,
      elapsed > 1 ? left : null,
    ];
    const details = parts
      .filter((part) => part !== null)
      .map((part) => ` · ${part}`)
      .join("");
    const share = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
    if (this.bar) this.bar.update(Math.floor(fraction * 1000), { share, label, details });
    else if (now - this.lastLine > lineEvery * 1000) {
      this.console.note(`${share} ${label}${details}`);
      this.lastLine = now;
    }
  }

  /** Takes the bar off the screen. */
  stop(): void {
    this.bar?.stop();
  }
}

/** `45 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
