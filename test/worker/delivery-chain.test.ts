import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SourceInput } from "../../src/core/catalog.ts";
import { intakeOf, testBatch, testRoute } from "../support/intake.ts";

const HOOK = "https://hook.example/in";

afterEach(() => vi.restoreAllMocks());

/** A source with a webhook in the real Catalog. */
async function connect(): Promise<{ readonly sourceId: string; readonly destinationId: string }> {
  const catalog = env.CATALOG.getByName("workspace");
  const source = await catalog.createSource(SourceInput.parse({ name: `Chain ${crypto.randomUUID().slice(0, 8)}` }));
  if (!source.ok) throw new Error(source.error.message);
  const destination = await catalog.createDestination({
    sourceIds: [source.value.id],
    consentCategories: [],
    subscriptions: [],
    metadataId: "webhook",
    integrationName: "Webhooks",
    name: "Test",
    enabled: true,
    settings: { url: HOOK },
    secrets: { sharedSecret: "s3cret" },
  });
  if (!destination.ok) throw new Error(destination.error.message);
  return { sourceId: source.value.id, destinationId: destination.value.id };
}

describe("from Intake to the webhook, through the real queues", () => {
  it("delivers every event once, signed, and Intake hears that the segment was routed", async () => {
    const { sourceId, destinationId } = await connect();
    const received: { id: string; signature: string | null }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
      if (url !== HOOK) throw new Error(`unexpected request to ${String(url)}`);
      const { messageId } = JSON.parse(String(init?.body)) as { messageId: string };
      received.push({ id: messageId, signature: new Headers(init?.headers as HeadersInit).get("x-signature") });
      return new Response("ok");
    });
    const route = testRoute({ sourceId });
    const ids = Array.from({ length: 25 }, () => crypto.randomUUID());
    await intakeOf(route).append(testBatch(route, ids));
    await runDurableObjectAlarm(intakeOf(route));
    const ledger = env.LEDGER.getByName(`destination:${destinationId}`);
    await vi.waitFor(
      async () =>
        expect(await ledger.summary({ minutes: 60, now: Date.now() })).toMatchObject({ delivered: 25, waiting: 0 }),
      { timeout: 20_000, interval: 200 },
    );
    expect(received.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(received.every(({ signature }) => /^[0-9a-f]{40}$/.test(signature ?? ""))).toBe(true);
    const handedOver = vi.spyOn(env.EVENTS, "send");
    const handedOverBatch = vi.spyOn(env.EVENTS, "sendBatch");
    await runDurableObjectAlarm(intakeOf(route));
    expect(handedOver).not.toHaveBeenCalled();
    expect(handedOverBatch).not.toHaveBeenCalled();
  }, 30_000);
});
