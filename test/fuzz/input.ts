import type { Random } from "../support/random.ts";
import type { Judged } from "./oracle.ts";

/** Name and value as they are written; characters are bytes (latin1). */
export type Header = readonly [name: string, value: string];

/** The sources that inputs name: all settings at their default, a server cookie, an allow-list of origins, switched off. */
export const SOURCES = ["plain", "cookies", "fenced", "closed"] as const;
export type SourceName = (typeof SOURCES)[number];

/** The one origin that `fenced` lets in. */
export const FENCED_ORIGIN = "https://shop.example";

/** What an input should have stored. */
export interface Expectation {
  readonly source: SourceName;
  /** One per message, in order. */
  readonly messages: readonly Judged[];
  /** The answer tells each message's fate. */
  readonly told: boolean;
}

/** One request. */
export interface FuzzInput {
  readonly method: string;
  /** Of the request line, as bytes (latin1). */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body?: Buffer;
  /** How the body's end is told; by its length unless said otherwise. */
  readonly framing?: "length" | "chunked";
  /** Everything that is written, where it is no well-formed request; nothing else follows on the connection. */
  readonly raw?: Buffer;
  /** Absent: nothing may be stored. */
  readonly expect?: Expectation;
  /** The code that the answer must carry. */
  readonly says?: string;
  /** The runtime itself, before the Worker, may refuse it or hang up. */
  readonly odd?: boolean;
}

/** What inputs are made of. */
export interface Material {
  readonly keys: Readonly<Record<SourceName, string>>;
  readonly owner: string;
  readonly viewer: string;
  /** A signed link of `plain`: path and query. */
  readonly link: string;
  readonly chunk: string;
  /** The control plane's operations. */
  readonly operations: readonly Operation[];
  /** Values of path parameters that exist, by name. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** The same of what may be deleted. */
  readonly expendable: Readonly<Record<string, readonly string[]>>;
  /** Of this machine, where a server listens that is no database. */
  readonly port: number;
}

/** A part of openapi.json. */
export interface Schema {
  readonly [keyword: string]: unknown;
}
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: Schema }[];
  readonly body?: Schema;
}

/** What a class makes its inputs with. `mark` is an id of this input alone. */
export interface Draw {
  readonly random: Random;
  readonly material: Material;
  readonly mark: string;
}

export type Maker = (draw: Draw) => FuzzInput;

/** True in `share` of cases. */
export const chance = ({ random }: Pick<Draw, "random">, share: number): boolean => random.next() < share;

export const basic = (user: string): Header => ["authorization", `Basic ${btoa(`${user}:`)}`];
/** Asks for each message's fate. */
export const PREFER: Header = ["prefer", "return=representation"];

/** Whoever guesses tokens is slowed down by address: each comes from another. */
export const elsewhere = ({ random }: Pick<Draw, "random">): Header => [
  "cf-connecting-ip",
  `198.${random.between(18, 19)}.${random.between(0, 255)}.${random.between(0, 255)}`,
];
