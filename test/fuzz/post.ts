import { defined } from "../../src/core/defined.ts";
import {
  basic,
  chance,
  PREFER,
  type Draw,
  type Expectation,
  type FuzzInput,
  type Header,
  type SourceName,
} from "./input.ts";
import { judgeBody, type Judged } from "./oracle.ts";
import { readRecordings, WRITE_KEY } from "./recording.ts";

/** A path that takes events, as ingest.md §1.1 lists them. */
export interface Shape {
  readonly path: string;
  readonly batch: boolean;
  readonly implied?: string;
}

const LETTERS = { track: "t", identify: "i", page: "p", screen: "s", group: "g", alias: "a" };
type Type = keyof typeof LETTERS;
const TYPES = Object.keys(LETTERS) as Type[];

export const SINGLES: readonly Shape[] = TYPES.flatMap((implied) =>
  [
    `/v1/${implied}`,
    `/v1/${LETTERS[implied]}`,
    `/${implied}`,
    `/${LETTERS[implied]}`,
    `/api/s/${implied}`,
    `/api/s/s2s/${implied}`,
  ].map((path) => ({ path, batch: false, implied })),
);
const BY_BODY: readonly Shape[] = ["/api/s/event", "/api/s/s2s/event"].map((path) => ({ path, batch: false }));
export const BATCHES: readonly Shape[] = [
  "/v1/batch",
  "/v1/b",
  "/v1/import",
  "/batch",
  "/b",
  "/import",
  "/beacon/v1/batch",
].map((path) => ({ path, batch: true }));

export type Message = Record<string, unknown>;

const withoutKey = (message: Message): Message =>
  Object.fromEntries(Object.entries(message).filter(([key]) => key !== "writeKey"));

function recordedMessages(): readonly { readonly type: Type; readonly message: Message }[] {
  return readRecordings().flatMap(({ path, body }) => {
    const parsed = JSON.parse(body) as Message;
    const messages = Array.isArray(parsed["batch"]) ? (parsed["batch"] as Message[]) : [parsed];
    return messages.map((message) => {
      const named = message["type"] ?? path.split("/").at(-1);
      return { type: (TYPES.find((type) => type === named) ?? "track") as Type, message: withoutKey(message) };
    });
  });
}

/** What SDKs have sent, message by message. */
const MESSAGES = recordedMessages();

/** A recorded message under an id of its own, with its type. */
export function drawMessage({ random, mark }: Draw): { readonly type: Type; readonly message: Message } {
  const { type, message } = random.pick(MESSAGES);
  return { type, message: { ...message, type, messageId: mark } };
}

/** Where a message of the type may be sent. */
export const drawShape = ({ random }: Draw, type: string): Shape =>
  random.next() < 0.05 ? random.pick(BY_BODY) : random.pick(SINGLES.filter(({ implied }) => implied === type));

const SOURCE_SHARES: readonly (readonly [SourceName, number])[] = [
  ["plain", 0.85],
  ["cookies", 0.93],
  ["fenced", 0.97],
  ["closed", 1],
];
export function drawSource({ random }: Draw): SourceName {
  const at = random.next();
  return SOURCE_SHARES.find(([, upTo]) => at < upTo)?.[0] ?? "plain";
}

export interface Posted {
  readonly shape: Shape;
  /** As the collector has it after unpacking. */
  readonly plain: Buffer;
  /** As it is sent, when that is something else. */
  readonly sent?: Buffer;
  readonly source: SourceName;
  readonly headers?: readonly Header[];
  /** False: the write key is not added as Basic credentials. */
  readonly keyed?: boolean;
  readonly says?: string;
  /** Every good message may also be refused. */
  readonly unsure?: boolean;
}

/** `unsure`: what is good may be refused all the same. `wild`: anything may become of each. */
interface Doubts {
  readonly unsure?: boolean;
  readonly wild?: boolean;
  readonly told?: boolean;
}

export function expected(source: SourceName, messages: readonly Judged[], doubts: Doubts = {}): Expectation {
  const { unsure = false, wild = false, told = false } = doubts;
  const fateOf = ({ fate }: Judged): Judged["fate"] =>
    source === "closed" ? "bad" : wild || (unsure && fate === "good") ? "unsure" : fate;
  return { source, told, messages: messages.map((one) => ({ ...one, fate: fateOf(one) })) };
}

/** A POST with what is to become of it. */
export function post(draw: Draw, posted: Posted): FuzzInput {
  const { shape, plain, sent = plain, source, headers = [], keyed = true, unsure = false, says } = posted;
  const judged = judgeBody(plain, shape.batch, shape.implied);
  const unnamed = judged.some(({ id }) => id === undefined);
  // Where either may be right, the answer says which it is to be.
  const told = unnamed || unsure || judged.some(({ fate }) => fate === "unsure") || chance(draw, 0.7);
  return {
    method: "POST",
    target: shape.path,
    headers: [...headers, ...(keyed ? [basic(draw.material.keys[source])] : []), ...(told ? [PREFER] : [])],
    body: sent,
    ...defined("says", says),
    ...(chance(draw, 0.05) ? { framing: "chunked" as const } : {}),
    expect: expected(source, judged, { unsure, told }),
  };
}

/** A recording as it was made, for a source, with ids of its own. */
export function replayed(draw: Draw): {
  readonly shape: Shape;
  readonly headers: readonly Header[];
  readonly body: string;
} {
  const recording = draw.random.pick(readRecordings());
  const key = draw.material.keys.plain;
  const shape = [...SINGLES, ...BY_BODY, ...BATCHES].find(({ path }) => path === recording.path) ?? BATCHES[0]!;
  const headers = Object.entries(recording.headers).map(([name, value]): Header =>
    name === "authorization" ? basic(key) : [name, value.replaceAll(WRITE_KEY, key)],
  );
  let n = 0;
  const body = recording.body
    .replaceAll(WRITE_KEY, key)
    .replaceAll(/"messageId":"[^"]*"/g, () => `"messageId":"${draw.mark}-${n++}"`);
  return { shape, headers, body };
}
