// What should become of a message, judged anew from the specification (ingest.md §1.5, §1.6; conformance/README.md) and not
// by the product's code. Where the outcome hangs on a byte or two it says so, and either answer is right.

export type Fate = "good" | "bad" | "unsure";
export interface Judged {
  /** Absent: the collector makes one. */
  readonly id?: string;
  readonly fate: Fate;
}

type Json = Readonly<Record<string, unknown>>;

const KB = 1024;
const TYPES: ReadonlySet<unknown> = new Set(["identify", "track", "page", "screen", "group", "alias"]);
/** Levels from which on a message is a bomb, give or take what each side counts as a level. */
const DEPTH = { surely: 60, never: 68 };

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const absent = (value: unknown): boolean => value === undefined || value === null;
const filled = (value: unknown): boolean => typeof value === "string" && value.length > 0;

/** Levels of nesting, without recursion; stops at `most`. */
export function depthOf(value: unknown, most: number): number {
  let level: unknown[] = [value];
  for (let depth = 0; depth < most; depth++) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return depth;
  }
  return most;
}

/** Without what could change a prototype. */
function harmless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(harmless);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => key !== "__proto__" && !(key === "constructor" && reachesPrototype(one)))
      .map(([key, one]) => [key, harmless(one)]),
  );
}
const reachesPrototype = (value: unknown): boolean => isObject(value) && Object.hasOwn(value, "prototype");

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "");

function idsAreGood({ userId, anonymousId }: Json): boolean {
  const both = [userId, anonymousId];
  return both.every((id) => absent(id) || typeof id === "string") && both.some(filled);
}

function messageIdIsGood(id: unknown): boolean {
  return absent(id) || (typeof id === "string" && id.length <= 100 && id.isWellFormed());
}

const objectOrAbsent = (value: unknown): boolean => absent(value) || isObject(value);
const textOrAbsent = (value: unknown): boolean => absent(value) || filled(value);

function callIsGood(type: string, message: Json): boolean {
  const { event, properties, traits, name, category, groupId, userId, previousId, anonymousId } = message;
  switch (type) {
    case "track":
      return filled(event) && objectOrAbsent(properties);
    case "identify":
      return objectOrAbsent(traits);
    case "group":
      return filled(groupId) && objectOrAbsent(traits);
    case "alias":
      return filled(userId) && (filled(previousId) || (absent(previousId) && filled(anonymousId)));
    default:
      return textOrAbsent(name) && textOrAbsent(category) && objectOrAbsent(properties);
  }
}

function contextIsGood({ device, consent }: Json): boolean {
  const advertisingId = isObject(device) ? device["advertisingId"] : undefined;
  if (!absent(advertisingId) && typeof advertisingId !== "string") return false;
  if (absent(consent)) return true;
  if (!isObject(consent) || !isObject(consent["categoryPreferences"])) return false;
  const { version, categoryPreferences } = consent;
  return (
    (absent(version) || typeof version === "number") &&
    Object.values(categoryPreferences as Json).every((one) => typeof one === "boolean")
  );
}

function fateOf(raw: unknown, implied: string | undefined, shared: Json): Fate {
  if (!isObject(raw)) return "bad";
  const depth = depthOf(raw, DEPTH.never);
  if (depth >= DEPTH.never) return "bad";
  const message = harmless(raw) as Json;
  const type = implied ?? message["type"];
  if (typeof type !== "string" || !TYPES.has(type)) return "bad";
  const { context, integrations, messageId } = message;
  if (!objectOrAbsent(context) || !objectOrAbsent(integrations)) return "bad";
  const whole = { ...shared, ...(context as Json | undefined) };
  if (!idsAreGood(message) || !messageIdIsGood(messageId)) return "bad";
  if (!callIsGood(type, message) || !contextIsGood(whole)) return "bad";
  if (depth > DEPTH.surely) return "unsure";
  const { writeKey: _, ...stored } = message;
  if (bytesOf(stored) > 32 * KB) return "bad";
  // Beyond its own 32 kB a line may grow by what the batch and the collector add, or move.
  return bytesOf(raw) > 31 * KB || bytesOf(shared) > 16 * KB ? "unsure" : "good";
}

export function judgeMessage(raw: unknown, implied?: string, shared: Json = {}): Judged {
  const fate = fateOf(raw, implied, shared);
  const id = isObject(raw) ? raw["messageId"] : undefined;
  return typeof id === "string" && id !== "" ? { id, fate } : { fate };
}

const decoder = new TextDecoder();

/** A body as the collector would have it after unpacking: its messages, none when it is refused as a whole. */
export function judgeBody(body: Uint8Array, batch: boolean, implied?: string): readonly Judged[] {
  if (body.length > (batch ? 500 : 32) * KB) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(body));
  } catch {
    return [];
  }
  if (!batch) return [judgeMessage(parsed, implied)];
  return judgeBatch(parsed);
}

function judgeBatch(parsed: unknown): readonly Judged[] {
  if (!isObject(parsed)) return [];
  const { batch, context, integrations } = parsed;
  if (!Array.isArray(batch) || batch.length > 2500) return [];
  const shared = [context, integrations].filter((one) => !absent(one));
  if (!shared.every(isObject) || shared.some((one) => depthOf(one, DEPTH.never) >= DEPTH.never))
    return refusedAll(batch);
  const judged = batch.map((one: unknown) => judgeMessage(one, undefined, harmless(context ?? {}) as Json));
  const added = shared.reduce<number>((sum, one) => sum + bytesOf(one), 0);
  const tight =
    added > 16 * KB ||
    added * batch.length > 1024 * KB ||
    shared.some((one) => depthOf(one, DEPTH.never) > DEPTH.surely);
  return tight ? judged.map((one) => (one.fate === "good" ? { ...one, fate: "unsure" } : one)) : judged;
}

const refusedAll = (batch: readonly unknown[]): Judged[] => batch.map(() => ({ fate: "bad" }));
