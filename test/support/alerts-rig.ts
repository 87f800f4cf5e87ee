import { createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, vi } from "vitest";
import worker from "../../src/worker.ts";
import { api, makeSource, type Json } from "./api.ts";
import { stopClockInEach } from "./clock.ts";

interface Sent {
  readonly url: string;
  readonly body: string;
  readonly headers: Headers;
}

export const CHANNEL_URL = "https://hooks.example/T0/secret-path";
export const channel = { kind: "webhook", url: CHANNEL_URL, sharedSecret: "very-secret" };

export const watch = () => env.WATCH.getByName("workspace");

/**
 * In each of the file's tests the clock stands at START, there is no alert, and nothing leaves: `sent` is what channels
 * got, which answer `world.answer`; `world.asked` counts what Watch put on its queue.
 */
export function alertsInEach() {
  const clock = stopClockInEach();
  const sent: Sent[] = [];
  const world = { answer: 200, asked: 0 };
  beforeEach(async () => {
    sent.length = 0;
    Object.assign(world, { answer: 200, asked: 0 });
    vi.spyOn(env.ALERTS, "send").mockImplementation(async () => {
      world.asked++;
      return undefined as never;
    });
    vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
      sent.push({ url: String(url), body: String(init?.body), headers: new Headers(init?.headers) });
      return new Response("thanks", { status: world.answer });
    });
    for (const alert of (await api("GET", "/alerts")).data["alerts"] as unknown as Json[]) {
      await api("DELETE", `/alerts/${String(alert["id"])}`);
    }
  });
  /** A queue message's worth of work, `ms` after the start. */
  const look = async (ms: number): Promise<void> => {
    clock.at(ms);
    const batch = createMessageBatch("inlet-alerts", [
      { id: "m", timestamp: new Date(), attempts: 1, body: { alerts: "look" } },
    ]);
    await worker.queue(batch as never, env);
  };
  return { clock, sent, world, look };
}

export async function addAlert(body: Record<string, unknown> = {}): Promise<Json> {
  const source = await makeSource();
  const rule = { type: "source_volume", sourceId: source["id"], deviationPercent: 50 };
  const { status, data, text } = await api("POST", "/alerts", { name: "Volume", rule, channel, ...body });
  expect(status, text).toBe(200);
  return data["alert"] as unknown as Json;
}

export const readAlert = async (alert: Json): Promise<Json> =>
  (await api("GET", `/alerts/${String(alert["id"])}`)).data["alert"] as unknown as Json;
