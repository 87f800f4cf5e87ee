import { isObject } from "./oracle.ts";
import type { Verdict } from "./verdict.ts";
import { SOURCES, type Expectation, type SourceName } from "./input.ts";

/** Ids that the collector makes. */
const MADE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

interface Book {
  /** Must be archived. */
  readonly certain: Set<string>;
  /** May be. */
  readonly possible: Set<string>;
  /** How often an answer said `accepted`. */
  readonly accepted: Map<string, number>;
  /** What an answer refused by its id. */
  readonly refused: Set<string>;
  /** Events without an id of their own: how many must be there, how many may. */
  unnamed: { least: number; most: number };
}

/** What all inputs together must have stored, by source. */
export class StoreLedger {
  readonly #books = Object.fromEntries(
    SOURCES.map((name): [string, Book] => [
      name,
      {
        certain: new Set(),
        possible: new Set(),
        accepted: new Map(),
        refused: new Set(),
        unnamed: { least: 0, most: 0 },
      },
    ]),
  ) as Record<SourceName, Book>;

  book({ source, messages }: Expectation, { accepted, refused }: Pick<Verdict, "accepted" | "refused">): void {
    const book = this.#books[source];
    for (const { id, fate } of messages) {
      if (fate === "bad") continue;
      if (id === undefined) {
        book.unnamed.most++;
        if (fate === "good") book.unnamed.least++;
      } else {
        (fate === "good" ? book.certain : book.possible).add(id);
      }
    }
    for (const id of refused) book.refused.add(id);
    for (const id of accepted) book.accepted.set(id, (book.accepted.get(id) ?? 0) + 1);
  }

  /** How many of the archived ids had to be there, for what they are or for what an answer said; others only might. */
  certain(source: SourceName, archived: ReadonlyMap<string, number>): number {
    const { certain, accepted } = this.#books[source];
    return [...archived.keys()].filter((id) => certain.has(id) || accepted.has(id)).length;
  }

  /** What is wrong with a source's archive: how many there are of each kind, and the first few. */
  audit(source: SourceName, archived: ReadonlyMap<string, number>): Record<string, Wrong> {
    const { certain, possible, accepted, refused, unnamed } = this.#books[source];
    const ids = [...archived.keys()];
    const strangers = ids.filter((id) => !certain.has(id) && !possible.has(id));
    const made = strangers.filter((id) => MADE.test(id));
    return withoutNothing({
      lost: [...certain].filter((id) => !archived.has(id)),
      "acknowledged and lost": [...accepted.keys()].filter((id) => !archived.has(id)),
      "refused and stored": [...refused].filter((id) => archived.has(id) && !certain.has(id) && !accepted.has(id)),
      twice: ids.filter((id) => archived.get(id)! > 1),
      "accepted twice": [...accepted].filter(([, times]) => times > 1).map(([id]) => id),
      "not to be accepted": strangers.filter((id) => !MADE.test(id)),
      unnamed:
        made.length < unnamed.least || made.length > unnamed.most ? [`${made.length}`, JSON.stringify(unnamed)] : [],
    });
  }
}

const FEW = 10;
interface Wrong {
  readonly count: number;
  readonly first: readonly string[];
}
const withoutNothing = (found: Record<string, readonly string[]>): Record<string, Wrong> =>
  Object.fromEntries(
    Object.entries(found)
      .filter(([, ids]) => ids.length > 0)
      .map(([name, ids]) => [name, { count: ids.length, first: ids.slice(0, FEW) }]),
  );

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TYPES: ReadonlySet<unknown> = new Set(["identify", "track", "page", "screen", "group", "alias"]);
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** What makes a line an event (messages.md §2.1, §2.7): whatever reads it later relies on this and on nothing else. */
const isEvent = (event: Readonly<Record<string, unknown>>): boolean =>
  TYPES.has(event["type"]) &&
  isText(event["messageId"]) &&
  (isText(event["userId"]) || isText(event["anonymousId"])) &&
  isObject(event["context"]) &&
  isObject(event["integrations"]) &&
  ISO.test(String(event["timestamp"])) &&
  ISO.test(String(event["receivedAt"])) &&
  ["client", "server"].includes(event["channel"] as string) &&
  event["version"] === 2;

/** What no stored line may be, whatever was sent. */
export function faultOf(line: string, event: unknown, projectId: string): string | undefined {
  if (Buffer.byteLength(line) > 64 * 1024) return "longer than 64 kB";
  if (!isObject(event) || !isEvent(event)) return "no event";
  if (event["projectId"] !== projectId) return "of another source";
  if (Object.hasOwn(event, "writeKey")) return "with a write key";
  return holdsPoison(event) ? "with a key that changes prototypes" : undefined;
}

function holdsPoison(root: object): boolean {
  const open: object[] = [root];
  for (const one of open) {
    for (const [key, value] of Object.entries(one) as [string, unknown][]) {
      if (key === "__proto__") return true;
      if (typeof value !== "object" || value === null) continue;
      if (key === "constructor" && Object.hasOwn(value, "prototype") && !Array.isArray(value)) return true;
      open.push(value);
    }
  }
  return false;
}
