import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { catalogOf } from "../../src/bindings/catalog.ts";
import type { AppendBatch } from "../../src/core/intake.ts";
import type { SettledCell, Settlement } from "../../src/core/ledger.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import { api, makeSource, type Json } from "./api.ts";
import { intakeOf, testBatch } from "./intake.ts";

export async function routeOf(sourceId: string): Promise<SourceRoute> {
  const directory = await env.CATALOG.getByName("workspace").directory();
  const source = directory === "unchanged" ? undefined : directory.sources.find(({ id }) => id === sourceId);
  if (source === undefined) throw new Error("the source is not in the directory");
  return { ...source.route, drainAfterMs: 3_600_000 };
}

export async function newSource(input?: Record<string, unknown>): Promise<{ id: string; writeKey: string }> {
  const source = await makeSource(input);
  return { id: String(source["id"]), writeKey: String(source["writeKeys"]?.[0]) };
}

/** Appends as the collector does: the lines it makes of these messages. */
export async function append(sourceId: string, ids: readonly string[], more: Partial<AppendBatch> = {}): Promise<void> {
  const route = await routeOf(sourceId);
  const receivedAt = new Date().toISOString();
  const lines = ids.map((messageId) =>
    JSON.stringify({
      type: "track",
      event: "Order",
      messageId,
      userId: "u1",
      context: {},
      integrations: {},
      receivedAt,
    }),
  );
  await intakeOf(route).append({ ...testBatch(route, ids), lines, ...more });
}
export const drain = async (sourceId: string, shard = 0) =>
  runDurableObjectAlarm(intakeOf({ sourceId } as SourceRoute, shard));

export async function newDestination(sourceIds: string[], subscriptionNames: readonly string[] = ["Orders"]) {
  const subscriptions = subscriptionNames.map((name) => ({
    name,
    actionId: "send",
    enabled: true,
    trigger: 'type = "track"',
    mapping: {},
  }));
  const catalog = catalogOf(env);
  const made = await catalog.createDestination({
    sourceIds,
    metadataId: "webhook",
    integrationName: "Webhooks",
    name: "CRM",
    enabled: true,
    consentCategories: [],
    settings: { url: "https://hook.example/in" },
    secrets: {},
    subscriptions,
  });
  if (!made.ok) throw new Error(made.error.message);
  const { id } = made.value;
  const listed = await catalog.listSubscriptions(id);
  return {
    id,
    ledger: env.LEDGER.getByName(`destination:${id}`),
    lanes: listed.ok ? listed.value.map((one) => one.id) : [],
  };
}
type Destination = Awaited<ReturnType<typeof newDestination>>;

/** Hands a segment of `count` lines to the destination and books what `outcomes` says of its cells. */
export async function deliver(
  { id, ledger, lanes }: Destination,
  sourceId: string,
  { key, count }: { key: string; count: number },
  booked: Pick<Settlement, "passed"> & { unmatched?: number[]; outcomes: SettledCell[] },
): Promise<void> {
  await ledger.open({ destinationId: id, sourceId, key, count });
  const claim = await ledger.claim({ key, lanes });
  if (claim.status !== "granted") throw new Error("nothing due");
  const { token, mode } = claim;
  await ledger.settle({ key, token, part: 1, mode, unmatched: [], kinds: [], letters: [], release: true, ...booked });
}

export const trace = (messageId: string, sourceId?: string) =>
  api("GET", `/trace/${encodeURIComponent(messageId)}${sourceId === undefined ? "" : `?sourceId=${sourceId}`}`);
export const segmentOf = (answer: { data: Json }): string => String(answer.data["trace"]?.["segment"]?.["key"]);
