import { z } from "zod";
import { KERNELS } from "./miniRocketKernels.js";

/** The options, checked. Every default is stated here and nowhere else. */
export const miniRocketOptionsSchema = z.strictObject({
  /** Features, rounded down to a multiple of 84 kernels. Fewer are made where there are too many sequences for memory. */
  features: z.number().int().min(KERNELS).max(100_000).default(10_000),
  /** Decides which sequences the biases come from, and which channels are added up. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(0),
});

/** What a MiniRocket classifier accepts; all of it optional. */
export type MiniRocketOptions = z.input<typeof miniRocketOptionsSchema>;

/** The same with its defaults filled in. */
export type MiniRocketConfig = z.output<typeof miniRocketOptionsSchema>;

/** What each option accepts, in words. */
export const miniRocketExpected = {
  features: `a whole number from ${KERNELS} to 100000`,
  seed: "a whole number of at least 0",
};
