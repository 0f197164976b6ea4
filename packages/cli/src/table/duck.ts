import { DuckDBInstance } from "@duckdb/node-api";

/** A column as DuckDB hands it over: its name, its type in words, its cells. */
export interface RawColumn {
  name: string;
  type: string;
  values: unknown[];
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** DuckDB reads `*`, `?` and `[` in a file name as wildcards; inside brackets they are themselves. */
const literal = (path: string) => path.replace(/[*?[]/g, (char) => `[${char}]`);

/**
 * A database in memory that can read one file and nothing else: no other file, no network, no extension
 * to be fetched, and its settings locked.
 */
export class OneFile {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: Awaited<ReturnType<DuckDBInstance["connect"]>>,
    /** The file, quoted for SQL. */
    readonly file: string,
  ) {}

  static async open(path: string): Promise<OneFile> {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      threads: "2",
    });
    const connection = await instance.connect();
    const allowed = [...new Set([path, literal(path)])].map(quote).join(", ");
    await connection.run(`SET allowed_paths = [${allowed}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    return new OneFile(instance, connection, quote(literal(path)));
  }

  async read(sql: string): Promise<RawColumn[]> {
    const reader = await this.connection.runAndReadAll(sql);
    const columns = reader.getColumnsJS();
    return reader.columnNames().map((name, i) => {
      const type = reader.columnType(i);
      return { name, type: type.alias ?? type.toString(), values: (columns[i] ?? []) as unknown[] };
    });
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/** What is left of a DuckDB message for a person: without SQL, advice on SQL options, and temporary paths. */
export function duckReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const first = text.split(/\n\s*\n|\nLINE |\nPossible|\nTry /)[0]!;
  return first
    .replace(/^(?:[A-Z][A-Za-z-]* )*Error: /, "")
    .replace(/ in file ['"][^'"]*['"],?/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
