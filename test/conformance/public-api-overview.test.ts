import {
  DeliveryOverviewApi,
  DestinationFilterActionV1,
  DestinationFiltersApi,
  DestinationsApi,
  unwrap,
} from "@segment/public-api-sdk-typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PAGE, startWithClient, type Rig } from "../support/public-api-client.ts";
import { misfitsOf } from "../support/public-api-models.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startWithClient();
});
afterAll(() => rig.stop());

describe("delivery overview", () => {
  /** Sends three orders, of which the webhook refuses one and a filter drops one, and a call that is refused. */
  async function sendOrders(writeKey: string): Promise<void> {
    const track = (event: unknown, messageId: string) => ({ type: "track", userId: "ada", event, messageId });
    const batch = [track("Delivered", "o-1"), track("Refused", "o-2"), track("Filtered", "o-3"), track(5, "o-4")];
    const body = JSON.stringify({ writeKey, batch });
    const answer = await fetch(new URL("/v1/batch", rig.inlet.url), { method: "POST", body });
    expect(await answer.json()).toEqual({ success: true });
  }

  it("says what came in, was refused, filtered, delivered and failed, in the client's own shape", async () => {
    const source = await rig.makeSource("sdk-overview");
    const { id } = await rig.makeWebhook(source.id);
    await unwrap(
      rig.client(DestinationFiltersApi).createFilterForDestination(id, {
        sourceId: source.id,
        title: "Not these",
        if: 'event = "Filtered"',
        actions: [{ type: DestinationFilterActionV1.TypeEnum.DROP }],
        enabled: true,
      }),
    );
    rig.hook.answer = ({ event }, response) =>
      void response.writeHead(event["event"] === "Refused" ? 400 : 200).end("no");
    await sendOrders(source.writeKeys[0] ?? "");
    const overview = rig.client(DeliveryOverviewApi);
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const to = () => new Date(Date.now() + 60_000).toISOString();
    const at = (
      metric:
        | "getEgressSuccessMetricsFromDeliveryOverview"
        | "getEgressFailedMetricsFromDeliveryOverview"
        | "getFilteredAtDestinationMetricsFromDeliveryOverview",
      ...rest: [string[], object?]
    ) => unwrap(overview[metric](source.id, id, from, to(), "minute", PAGE, ...rest));
    await vi.waitUntil(
      async () => (await at("getEgressSuccessMetricsFromDeliveryOverview", ["eventName"])).total === 1,
      {
        timeout: 30_000,
        interval: 200,
      },
    );
    await vi.waitUntil(
      async () => (await at("getEgressFailedMetricsFromDeliveryOverview", ["eventName"])).total === 1,
      {
        timeout: 30_000,
        interval: 200,
      },
    );
    const delivered = await at("getEgressSuccessMetricsFromDeliveryOverview", ["eventName", "eventType"]);
    expect(misfitsOf(delivered, "GetDeliveryOverviewMetricsBetaOutput")).toEqual([]);
    expect(delivered.dataset).toMatchObject([{ eventName: "Delivered", eventType: "track", total: 1 }]);
    expect(delivered.dataset[0]?.series).toMatchObject([{ count: 1 }]);
    const failed = await at("getEgressFailedMetricsFromDeliveryOverview", ["discardReason"]);
    expect(failed.dataset).toMatchObject([{ discardReason: "400", total: 1 }]);
    const filtered = await at("getFilteredAtDestinationMetricsFromDeliveryOverview", ["discardReason"], {
      eventName: ["Filtered"],
    });
    expect(filtered.dataset).toMatchObject([{ discardReason: "FILTERED_BY_RULES", total: 1 }]);
    const received = await unwrap(
      overview.getIngressSuccessMetricsFromDeliveryOverview(source.id, from, to(), "hour", PAGE, ["eventType"]),
    );
    expect(received).toMatchObject({ total: 3, dataset: [{ eventType: "track", total: 3 }] });
    const refused = await unwrap(
      overview.getIngressFailedMetricsFromDeliveryOverview(source.id, from, to(), "day", PAGE, ["discardReason"]),
    );
    expect(refused.total).toBe(1);
    const atSource = await unwrap(
      overview.getFilteredAtSourceMetricsFromDeliveryOverview(source.id, from, to(), "minute", PAGE),
    );
    expect(atSource).toMatchObject({ total: 0, dataset: [] });
    const summary = await unwrap(rig.client(DestinationsApi).listDeliveryMetricsSummaryFromDestination(id, source.id));
    expect(misfitsOf(summary, "ListDeliveryMetricsSummaryFromDestinationBetaOutput")).toEqual([]);
    expect(summary.deliveryMetricsSummary.metrics).toContainEqual(
      expect.objectContaining({ metricName: "successes", total: 1 }),
    );
  });

  it("refuses a window that is too long, as Segment does", async () => {
    const source = await rig.makeSource("sdk-window");
    const asked = rig
      .client(DeliveryOverviewApi)
      .getIngressSuccessMetricsFromDeliveryOverview(
        source.id,
        new Date(Date.now() - 5 * 3_600_000).toISOString(),
        new Date().toISOString(),
        "minute",
        PAGE,
      );
    await expect(unwrap(asked)).rejects.toMatchObject({ type: "invalid" });
  });
});
