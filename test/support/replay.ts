import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { writeLines } from "../../src/bindings/archive.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { LineFacts } from "../../src/core/archive-index.ts";
import type { SegmentPointer } from "../../src/core/intake.ts";
import type { Json } from "./api.ts";
import { api, makeSource } from "./api.ts";

export const HOOK = "https://hook.example/in";

export const HOUR = 3_600_000;
/** A past hour, so that nothing in it is still on its way to the archive. */
export const hourAgo = (hours: number): number => Math.floor(Date.now() / HOUR) * HOUR - hours * HOUR;

export type Line = Readonly<Record<string, unknown>>;

/** An event as the archive holds it, received at `at` (ms). */
export const archived = (at: number, fields: Line = {}): Line => ({
  type: "track",
  event: "Order Completed",
  messageId: crypto.randomUUID(),
  userId: "u1",
  context: {},
  integrations: {},
  timestamp: new Date(at - 1000).toISOString(),
  receivedAt: new Date(at).toISOString(),
  ...fields,
});

let segments = 0;

/** Puts a segment into a source's archive and its index, as a drain and its routing do. */
export async function archive(sourceId: string, lines: readonly Line[]): Promise<SegmentPointer> {
  const facts = new LineFacts();
  for (const line of lines) facts.add(JSON.stringify(line));
  const at = Date.parse(String(lines[0]!["receivedAt"]));
  const segment = segments++;
  const key = segmentKey(sourceId, utcDay(at), 0, segment);
  await writeLines(env.ARCHIVE, key, lines);
  const hour = Math.floor(at / HOUR) * HOUR;
  const pointer = {
    sourceId,
    shard: 0,
    segment,
    key,
    count: lines.length,
    facts: { ...facts.facts(hour), bytes: 1000 },
  };
  await env.ARCHIVE_INDEX.getByName(sourceId).add(pointer);
  return pointer;
}

/** A source with a webhook; more of the webhook in `body`. */
export async function sourceWithHook(body: Record<string, unknown> = {}) {
  const sourceId = String((await makeSource({ name: "History" }))["id"]);
  const destinationId = await addHook(sourceId, body);
  return { sourceId, destinationId };
}

export async function addHook(sourceId: string, body: Record<string, unknown> = {}): Promise<string> {
  const settings = { url: HOOK };
  const { data, text } = await api("POST", "/destinations", { sourceId, metadataId: "webhook", settings, ...body });
  if (data["destination"] === undefined) throw new Error(text);
  return String(data["destination"]["id"]);
}

/** What arrives at the webhook; `answer` may be changed. */
export function listenAtHook() {
  const received: Line[] = [];
  const hook = { received, answer: (_event: Line): Response | Promise<Response> => new Response("ok") };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    if (url !== HOOK) throw new Error(`unexpected request to ${String(url)}`);
    const event = await new Response(init?.body as BodyInit).json<Line>();
    received.push(event);
    return hook.answer(event);
  });
  return hook;
}

export const replays = () => env.REPLAYS.getByName("workspace");

/** The replay once it shows `wanted`; its alarm is run meanwhile, whenever it is due. */
export async function untilReplay(id: string, wanted: (replay: Json) => boolean): Promise<Json> {
  return vi.waitFor(
    async () => {
      await runDurableObjectAlarm(replays());
      const { data, text } = await api("GET", `/replays/${id}`);
      const replay = data["replay"];
      if (replay === undefined || !wanted(replay)) throw new Error(text);
      return replay;
    },
    { timeout: 25_000, interval: 100 },
  );
}

export const untilStatus = (id: string, status: string): Promise<Json> =>
  untilReplay(id, (replay) => (replay["status"] as unknown) === status);

/** Prepares a replay through the API and returns its id. */
export async function prepare(body: Record<string, unknown>): Promise<string> {
  const { data, text } = await api("POST", "/replays", { rate: 5000, ...body });
  if (data["replay"] === undefined) throw new Error(text);
  return String(data["replay"]["id"]);
}

/** The time window of a replay, from ms. */
export const windowOf = (from: number, to: number) => ({
  startTime: new Date(from).toISOString(),
  endTime: new Date(to).toISOString(),
});

export const act = (id: string, action: string) => api("POST", `/replays/${id}/${action}`);

/** The dry run's figures for the only destination. */
export const figuresOf = (replay: Json): Json => (replay["report"]!["destinations"] as unknown as Json[])[0]!;
