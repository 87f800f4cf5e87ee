import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { SourceInput, type SettingValue } from "../../src/core/catalog.ts";
import type { OwnKind } from "../../src/destinations/own/own-kind.ts";
import { sink } from "../../src/destinations/own/sink.ts";
import { webhook } from "../../src/destinations/own/webhook.ts";
import { intakeOf, testBatch, testRoute } from "../support/intake.ts";

const HOOK = "https://hook.example/in";

afterEach(() => vi.restoreAllMocks());

async function addSource(): Promise<string> {
  const name = `Chain ${crypto.randomUUID().slice(0, 8)}`;
  const source = await catalogOf(env).createSource(SourceInput.parse({ name }));
  if (!source.ok) throw new Error(source.error.message);
  return source.value.id;
}

/** A destination of one of our kinds in the real Catalog, with the subscriptions that its kind proposes. */
async function connect(
  { kind }: OwnKind,
  sourceIds: readonly string[],
  settings: Record<string, SettingValue>,
  secrets: Record<string, string> = {},
): Promise<string> {
  const destination = await catalogOf(env).createDestination({
    sourceIds,
    consentCategories: [],
    subscriptions: kind.presets.map(({ name, actionId, mapping, trigger }) => ({
      name,
      actionId,
      mapping,
      trigger: trigger ?? "",
      enabled: true,
    })),
    metadataId: kind.id,
    integrationName: kind.name,
    name: "Test",
    enabled: true,
    settings,
    secrets,
  });
  if (!destination.ok) throw new Error(destination.error.message);
  return destination.value.id;
}

/** Events that were accepted and whose segment Intake has handed over; their ids. */
async function accept(sourceId: string, count: number): Promise<string[]> {
  const route = testRoute({ sourceId });
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  await intakeOf(route).append(testBatch(route, ids));
  await runDurableObjectAlarm(intakeOf(route));
  return ids;
}

const summaryOf = (destinationId: string) =>
  env.LEDGER.getByName(`destination:${destinationId}`).summary({ minutes: 60, now: Date.now() });
const untilDelivered = (destinationId: string, delivered: number) =>
  vi.waitFor(async () => expect(await summaryOf(destinationId)).toMatchObject({ delivered, waiting: 0 }), {
    timeout: 20_000,
    interval: 200,
  });

type Hook = (messageId: string, headers: Headers) => Response | Promise<Response>;

/** The webhook's far end; anything else that is asked of the network fails. */
function answerHook(answer: Hook): void {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    if (url !== HOOK) throw new Error(`unexpected request to ${String(url)}`);
    const { messageId } = await new Response(init?.body as BodyInit).json<{ messageId: string }>();
    return answer(messageId, new Headers(init?.headers as HeadersInit));
  });
}

describe("from Intake to the destination, through the real queues", () => {
  it("delivers every event once, signed, and Intake hears that the segment was routed", async () => {
    const sourceId = await addSource();
    const destinationId = await connect(webhook, [sourceId], { url: HOOK }, { sharedSecret: "s3cret" });
    const received: { id: string; signature: string | null }[] = [];
    answerHook((id, headers) => {
      received.push({ id, signature: headers.get("x-signature") });
      return new Response("ok");
    });
    const ids = await accept(sourceId, 25);
    await untilDelivered(destinationId, 25);
    expect(received.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(received.every(({ signature }) => /^[0-9a-f]{40}$/.test(signature ?? ""))).toBe(true);
    const handedOver = vi.spyOn(env.EVENTS, "send");
    const handedOverBatch = vi.spyOn(env.EVENTS, "sendBatch");
    await runDurableObjectAlarm(intakeOf(testRoute({ sourceId })));
    expect(handedOver).not.toHaveBeenCalled();
    expect(handedOverBatch).not.toHaveBeenCalled();
  }, 60_000);

  it("delivers the events of several sources to one destination, and of one source to several", async () => {
    const [one, other] = [await addSource(), await addSource()];
    const shared = await connect(sink, [one, other], {});
    const own = await connect(sink, [other], {});
    await accept(one, 10);
    await accept(other, 15);
    await untilDelivered(shared, 25);
    await untilDelivered(own, 15);
  }, 60_000);

  it("delivers to one destination while another of the same source hangs", async () => {
    const sourceId = await addSource();
    const hanging = await connect(webhook, [sourceId], { url: HOOK });
    const healthy = await connect(sink, [sourceId], {});
    const { promise: answered, resolve: answer } = Promise.withResolvers<null>();
    answerHook(async () => {
      await answered;
      return new Response("ok");
    });
    await accept(sourceId, 12);
    await untilDelivered(healthy, 12);
    expect(await summaryOf(hanging)).toMatchObject({ delivered: 0, waiting: 12 });
    answer(null);
    await untilDelivered(hanging, 12);
  }, 60_000);
});
