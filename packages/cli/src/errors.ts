import { LookbackError } from "@lookback/core";

/** The command line was used wrongly: an unknown flag, a value that a flag does not take. Exit code 2. */
export class UsageError extends LookbackError {
  override name = "UsageError";
}

/** The user pressed Ctrl-C. Exit code 130; `message` says how to go on. */
export class InterruptedError extends LookbackError {
  override name = "InterruptedError";
}

/** The `code` of a Node system error (`ENOENT`, `EACCES`, …), or undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What a system error means, in words: `permission denied`. */
export function systemReason(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: "permission denied",
    EPERM: "the operation is not permitted",
    ENOENT: "it does not exist",
    ENOTDIR: "a part of the path is a file, not a folder",
    EISDIR: "it is a folder",
    EEXIST: "something of that name is in the way",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EROFS: "the file system is read-only",
    ENAMETOOLONG: "the name is too long",
    ELOOP: "its links run in a circle",
    EMFILE: "too many files are open",
    EIO: "the disk reports an error",
  };
  const code = errorCode(error);
  if (code !== undefined) return reasons[code] ?? `the system says ${code}`;
  return error instanceof Error ? error.message : String(error);
}
