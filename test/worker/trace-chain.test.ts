import { runDurableObjectAlarm } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { SourceRoute } from "../../src/core/source.ts";
import { api, makeSource, ORIGIN, type Json } from "../support/api.ts";
import { intakeOf } from "../support/intake.ts";

async function connect(sourceId: string, input: Record<string, unknown>): Promise<string> {
  const { data, text } = await api("POST", "/destinations", { sourceId, enabled: true, settings: {}, ...input });
  if (data["destination"] === undefined) throw new Error(text);
  return String(data["destination"]["id"]);
}

it("follows an event that a client sent to what each of three destinations did with it", async () => {
  const source = await makeSource({ name: "Shop" });
  const sourceId = String(source["id"]);
  const accepting = await connect(sourceId, { metadataId: "sink", name: "Accepts" });
  const failing = await connect(sourceId, {
    metadataId: "sink",
    name: "Refuses",
    settings: { failPercent: 100, failStatus: 400 },
  });
  const filtering = await connect(sourceId, {
    metadataId: "webhook",
    name: "Hook",
    settings: { url: "https://h.example/" },
  });
  const messageId = crypto.randomUUID();
  const call = {
    type: "track",
    event: "Order",
    userId: "u1",
    messageId,
    sentAt: new Date(Date.now() - 3_600_000).toISOString(),
    context: { library: { name: "checkout", version: "1" } },
    integrations: { All: true, Webhooks: false },
    writeKey: source["writeKeys"]?.[0],
  };
  await exports.default.fetch(new Request(`${ORIGIN}/v1/track`, { method: "POST", body: JSON.stringify(call) }));
  await runDurableObjectAlarm(intakeOf({ sourceId } as SourceRoute));
  const fates = async () => {
    const { data } = await api("GET", `/trace/${messageId}`);
    const destinations = (data["trace"]?.["destinations"] ?? []) as unknown as Json[];
    return {
      trace: data["trace"],
      by: new Map(destinations.map((each) => [String(each["id"]), each["deliveries"]?.[0]])),
    };
  };
  const { trace, by } = await vi.waitUntil(
    async () => {
      const now = await fates();
      const gates = [...now.by.values()].map((delivery) => delivery?.["gate"]?.["status"] as unknown);
      return gates.length === 3 && gates.every((status) => status === "passed" || status === "dropped")
        ? now
        : undefined;
    },
    { timeout: 15_000, interval: 200 },
  );
  expect(trace).toMatchObject({ status: "accepted", library: "checkout 1", clockCorrected: true, name: "Order" });
  expect(by.get(accepting)).toMatchObject({
    gate: { status: "passed" },
    subscriptions: [{ status: "delivered", attempts: [{ attempt: 1, status: "delivered" }] }],
  });
  expect(by.get(failing)).toMatchObject({
    gate: { status: "passed" },
    subscriptions: [
      {
        status: "abandoned",
        reason: "400",
        sentence: expect.stringMatching(/./),
        todo: expect.stringMatching(/./),
        attempts: [{ attempt: 1, status: "abandoned", reason: "400" }],
      },
    ],
  });
  expect(by.get(filtering)).toMatchObject({
    gate: { status: "dropped", reason: "FILTERED_BY_INTEGRATIONS_OBJECT", sentence: expect.stringMatching(/./) },
    subscriptions: [],
  });
}, 25_000);
