import { ArgumentError } from "@lookback/core";
import type { z } from "zod";

/**
 * Checks options by a schema and fills in its defaults.
 *
 * @param expected what each option accepts, in words.
 * @throws ArgumentError that names the option, what it accepts and what it got.
 */
export function checkOptions<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  options: z.input<Schema>,
  expected: Readonly<Record<string, string>>,
): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schema.shape).join(", ");
    throw new ArgumentError(`${name}: there is no option "${issue.keys[0]}". Known are ${known}.`);
  }
  const [option] = issue.path.map(String);
  const got = (options as Record<string, unknown> | null)?.[option ?? ""];
  const shown = typeof got === "string" ? `"${got}"` : String(got);
  throw new ArgumentError(
    `${name}: ${option}: expected ${expected[option ?? ""] ?? "another value"}, got ${shown}.`,
  );
}
