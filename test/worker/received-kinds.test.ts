import { runDurableObjectAlarm } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { SourceRoute } from "../../src/core/source.ts";
import { api, makeSource, ORIGIN, type Json } from "../support/api.ts";
import { intakeOf } from "../support/intake.ts";

const HOUR = 3_600_000;
const track = (event: unknown, more: object = {}) => ({
  type: "track",
  event,
  userId: "u1",
  messageId: crypto.randomUUID(),
  ...more,
});

/** What the delivery overview says of the source's last hour, as [type, name, reason or app version, total]. */
async function overview(sourceId: string, metric: string, groupBy: string): Promise<unknown[][]> {
  const times = {
    startTime: new Date(Date.now() - HOUR).toISOString(),
    endTime: new Date(Date.now() + HOUR).toISOString(),
  };
  const query = new URLSearchParams({ sourceId, ...times, granularity: "HOUR", groupBy });
  const { data } = await api("GET", `/delivery-overview/${metric}?${query}`);
  const rows = (data["dataset"] ?? []) as unknown as Json[];
  return rows.map((row) => [...groupBy.split(",").map((key) => row[key]), row["total"]]).toSorted();
}

it("the overview tells what was received and refused by type, name, app version and reason, each event once", async () => {
  const source = await makeSource();
  const sourceId = String(source["id"]);
  const app = { context: { app: { version: "2.1" } } };
  const order = track("Order", app);
  const nobody = { userId: null };
  const batch = [
    order,
    track("Order", app),
    order,
    track("Refund"),
    { type: "page", name: "Home", userId: "u1" },
    track("Order", nobody),
    track("", nobody),
    { type: "buy", userId: "u1" },
  ];
  const body = JSON.stringify({ writeKey: source["writeKeys"]?.[0], batch });
  await exports.default.fetch(new Request(`${ORIGIN}/v1/batch`, { method: "POST", body }));
  await runDurableObjectAlarm(intakeOf({ sourceId } as SourceRoute));
  await vi.waitFor(
    async () => {
      expect(await overview(sourceId, "successfully-received", "eventType,eventName,appVersion")).toEqual([
        ["page", "Home", undefined, 1],
        ["track", "Order", "2.1", 2],
        ["track", "Refund", undefined, 1],
      ]);
      expect(await overview(sourceId, "failed-on-ingest", "eventType,eventName,discardReason")).toEqual([
        [undefined, undefined, "type_not_supported", 1],
        ["track", undefined, "no_user_anon_id", 1],
        ["track", "Order", "no_user_anon_id", 1],
      ]);
    },
    { timeout: 15_000, interval: 200 },
  );
}, 20_000);
