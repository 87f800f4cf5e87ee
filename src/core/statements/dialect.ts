import type { Base } from "./base.ts";
import type { StatementTable } from "./published.ts";

/** What the statements of one source are about. */
export interface Place {
  readonly schema: string;
  readonly base: Base;
  /** The manifests are read when the statements run, instead of the files being listed in them. */
  readonly follow: boolean;
}

/** Statements for one engine. Each text ends with a line break. */
export interface Dialect {
  /** Where it can read files, the usual place first. */
  readonly stores: readonly Base["store"][];
  readonly defaultBase: string;
  /** Whether the statements list files, list them or follow the manifests, or rely on a list or files made elsewhere. */
  readonly files: "listed" | "followed" | "elsewhere";
  /** What begins a line of comment. */
  readonly comment: "--" | "#";
  /** What comes before all tables, without the notes. */
  head(place: Place): string;
  /** What holds no rows of its own: they stay in the bucket. */
  readonly view?: (table: StatementTable, place: Place) => string;
  /** The rows in the engine's own table, replaced as a whole. */
  readonly copy?: (table: StatementTable, place: Place) => string;
}

export const lines = (...all: readonly (string | readonly string[])[]): string =>
  all
    .flat()
    .map((line) => `${line}\n`)
    .join("");

/** Lines of a list, indented, with commas between. */
export const listed = (items: readonly string[], indent = "  "): string =>
  items.map((item) => `${indent}${item}`).join(",\n");
