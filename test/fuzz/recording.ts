import { readFileSync } from "node:fs";
import path from "node:path";

/** One request as an SDK made it, without what the connection adds; see recordings.test.ts for how they are made. */
export interface Recording {
  /** Which client, as on npm. */
  readonly from: string;
  readonly path: string;
  /** Of its own; the write key in them reads WRITE_KEY. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacked. */
  readonly body: string;
}

export const WRITE_KEY = "__write_key__";
export const RECORDINGS_FILE = path.join(import.meta.dirname, "recordings.json");

export const readRecordings = (): readonly Recording[] =>
  JSON.parse(readFileSync(RECORDINGS_FILE, "utf8")) as readonly Recording[];
