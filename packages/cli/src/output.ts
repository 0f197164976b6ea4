import { randomBytes } from "node:crypto";
import { access, constants, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DataError } from "@lookback/core";
import { errorCode, systemReason } from "./errors.js";

/**
 * The folder that a command writes to. Checked before the work starts, so that nobody waits for a training whose
 * results cannot be kept. A file is written beside its place and renamed, so that it is there whole or not at all.
 */
export class OutputFolder {
  private constructor(readonly path: string) {}

  static async open(path: string): Promise<OutputFolder> {
    try {
      await makeFolder(path);
      if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: "EEXIST" });
      // Root may write everywhere, so what decides is whether writing works.
      await access(path, constants.W_OK);
      const probe = join(path, `.lookback-${randomBytes(6).toString("hex")}`);
      await writeFile(probe, "");
      await rm(probe);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    return new OutputFolder(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file whole, and gives its path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = this.file(name);
    await writeWhole(path, content);
    return path;
  }

  /** Removes a file if it is there. */
  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true });
  }
}

/** Writes to a temporary name and renames: a crash leaves the old file whole. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    await makeFolder(dirname(path));
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/**
 * Makes a folder and those above it that are missing. Not Node's recursive mkdir, which never returns where the system
 * refuses to make folders in one that exists, as in /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    const parent = dirname(path);
    if (errorCode(error) !== "ENOENT" || parent === path || (await isFolder(parent))) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function cannotWrite(path: string, error: unknown): Error {
  if (errorCode(error) === undefined) return error as Error;
  const reason = errorCode(error) === "ENOENT" ? "a part of the path does not exist" : systemReason(error);
  return new DataError(`Cannot write to ${path}: ${reason}. Choose another folder with --out.`);
}
