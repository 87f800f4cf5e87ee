import {
  CatalogApi,
  DeliveryOverviewApi,
  DestinationFilterActionV1,
  DestinationFiltersApi,
  DestinationsApi,
  SourcesApi,
  unwrap,
  WorkspacesApi,
} from "@segment/public-api-sdk-typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startHookServer, type HookServer } from "../support/hook-server.ts";
import { misfitsOf } from "../support/public-api-models.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";

/** Segment's own TypeScript client, as published; only its base path leads here. */
let inlet: RunningInlet;
let hook: HookServer;
const PAGE = { count: 100 };
const MIXPANEL = "Mixpanel (Actions)";

function client<T extends { basePath: string; accessToken: string | (() => string) }>(
  api: new (basePath: string) => T,
): T {
  const made = new api(new URL("/api", inlet.url).href);
  made.accessToken = inlet.adminToken;
  return made;
}

beforeAll(async () => {
  inlet = await startInlet({ INLET_ALLOW_PRIVATE_HOSTS: "true" });
  hook = await startHookServer();
});
afterAll(async () => {
  await inlet.stop();
  await hook.stop();
});

const makeSource = async (slug: string) => {
  const made = await unwrap(
    client(SourcesApi).createSource({ slug, enabled: true, metadataId: "server", settings: {} }),
  );
  return made.source;
};
const makeWebhook = async (sourceId: string) => {
  const settings = { url: hook.url, sharedSecret: "never-shown-again" };
  const made = await unwrap(client(DestinationsApi).createDestination({ sourceId, metadataId: "webhook", settings }));
  return made.destination;
};

describe("sources", () => {
  it("are made, found, changed, labelled, given write keys and deleted", async () => {
    const sources = client(SourcesApi);
    const source = await makeSource("sdk-lifecycle");
    expect(misfitsOf(source, "SourceV1")).toEqual([]);
    expect(source).toMatchObject({ slug: "sdk-lifecycle", enabled: true, metadata: { id: "server" } });
    const listed = await unwrap(sources.listSources(PAGE));
    expect(listed.sources.map(({ id }) => id)).toContain(source.id);
    expect(listed.pagination.current).toEqual(expect.any(String));
    const changed = await unwrap(
      sources.updateSource(source.id, { name: "Renamed", settings: { serverCookie: true } }),
    );
    expect(changed.source).toMatchObject({ name: "Renamed", settings: { serverCookie: true } });
    const labels = [{ key: "environment", value: "dev" }];
    expect((await unwrap(sources.addLabelsToSource(source.id, { labels }))).labels).toMatchObject(labels);
    const rotated = await unwrap(sources.createWriteKeyForSource(source.id));
    expect(rotated.source.writeKeys).toHaveLength(2);
    const connected = await unwrap(sources.listConnectedDestinationsFromSource(source.id, PAGE));
    expect(connected.destinations).toEqual([]);
    expect((await unwrap(sources.deleteSource(source.id))).status).toBe("SUCCESS");
    await expect(unwrap(sources.getSource(source.id))).rejects.toMatchObject({ type: "not_found" });
  });

  it("have kinds that the catalogue lists", async () => {
    const catalog = client(CatalogApi);
    const { sourcesCatalog } = await unwrap(catalog.getSourcesCatalog(PAGE));
    expect(sourcesCatalog.flatMap((kind) => misfitsOf(kind, "SourceMetadataV1"))).toEqual([]);
    expect((await unwrap(catalog.getSourceMetadata("javascript"))).sourceMetadata.name).toBe("Javascript");
  });
});

describe("the catalogue of destinations", () => {
  it("is read page by page, each kind in the client's own shape", async () => {
    const catalog = client(CatalogApi);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const pagination = { count: 50, ...(cursor === undefined ? {} : { cursor }) };
      const page = await unwrap(catalog.getDestinationsCatalog(pagination));
      expect(page.destinationsCatalog.flatMap((kind) => misfitsOf(kind, "DestinationMetadataV1"))).toEqual([]);
      names.push(...page.destinationsCatalog.map(({ name }) => name));
      cursor = page.pagination.next ?? undefined;
    } while (cursor !== undefined);
    expect(names.length).toBeGreaterThan(200);
    expect(names).toEqual(expect.arrayContaining([MIXPANEL, "Webhooks"]));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("destinations", () => {
  it("of Segment's catalogue are connected with their presets, which are off", async () => {
    const destinations = client(DestinationsApi);
    const { destinationsCatalog } = await unwrap(client(CatalogApi).getDestinationsCatalog({ count: 1000 }));
    const mixpanel = destinationsCatalog.find(({ name }) => name === MIXPANEL);
    const source = await makeSource("sdk-mixpanel");
    const settings = { projectToken: "0123456789abcdef", apiSecret: "hidden-secret-value" };
    const made = await destinations.createDestination({
      sourceId: source.id,
      metadataId: mixpanel?.id ?? "",
      name: "Product analytics",
      settings,
    });
    const { destination } = await unwrap(Promise.resolve(made));
    expect(misfitsOf(destination, "DestinationV1")).toEqual([]);
    expect(destination).toMatchObject({ name: "Product analytics", sourceId: source.id, metadata: { name: MIXPANEL } });
    expect(JSON.stringify(made.body)).not.toContain("hidden-secret-value");
    const { subscriptions } = await unwrap(destinations.listSubscriptionsFromDestination(destination.id, PAGE));
    expect(subscriptions.length).toBeGreaterThan(0);
    expect(subscriptions.map(({ enabled }) => enabled)).not.toContain(true);
    const known = new Set(mixpanel?.actions.map(({ id }) => id));
    expect(subscriptions.filter(({ actionId }) => !known.has(actionId))).toEqual([]);
    const listed = await unwrap(destinations.listDestinations(PAGE));
    expect(listed.destinations.flatMap((one) => misfitsOf(one, "DestinationV1"))).toEqual([]);
  });

  it("are changed, switched off and deleted; a wrong setting is refused by its name", async () => {
    const destinations = client(DestinationsApi);
    const { id } = await makeWebhook((await makeSource("sdk-webhook")).id);
    const changed = await unwrap(
      destinations.updateDestination(id, { enabled: false, name: null, settings: { method: "PUT" } }),
    );
    expect(changed.destination).toMatchObject({
      enabled: false,
      name: "Webhooks",
      settings: { url: hook.url, method: "PUT" },
    });
    await expect(unwrap(destinations.updateDestination(id, { settings: { url: "ftp://x" } }))).rejects.toMatchObject({
      type: "invalid",
      field: "settings.url",
    });
    expect((await unwrap(destinations.deleteDestination(id))).status).toBe("SUCCESS");
    await expect(unwrap(destinations.getDestination(id))).rejects.toMatchObject({ type: "not_found" });
  });
});

describe("subscriptions", () => {
  it("are made, found, changed and deleted", async () => {
    const destinations = client(DestinationsApi);
    const { id } = await makeWebhook((await makeSource("sdk-subscriptions")).id);
    const made = await unwrap(
      destinations.createDestinationSubscription(id, {
        name: "Orders",
        actionId: "send",
        trigger: 'type = "track" and event = "Order Completed"',
        enabled: true,
        settings: { data: { "@path": "$.properties" } },
      }),
    );
    expect(misfitsOf(made.destinationSubscription, "DestinationSubscription")).toEqual([]);
    const own = made.destinationSubscription.id;
    const changed = await unwrap(
      destinations.updateSubscriptionForDestination(id, own, { input: { trigger: 'type = "page"', enabled: false } }),
    );
    expect(changed.subscription).toMatchObject({ name: "Orders", trigger: 'type = "page"', enabled: false });
    expect((await unwrap(destinations.getSubscriptionFromDestination(id, own))).subscription.settings).toEqual({
      data: { "@path": "$.properties" },
    });
    await expect(
      unwrap(destinations.updateSubscriptionForDestination(id, own, { input: { trigger: "type = (" } })),
    ).rejects.toMatchObject({ type: "invalid", field: "trigger" });
    expect((await unwrap(destinations.removeSubscriptionFromDestination(id, own))).status).toBe("SUCCESS");
    const { subscriptions } = await unwrap(destinations.listSubscriptionsFromDestination(id, PAGE));
    expect(subscriptions.map((one) => one.id)).not.toContain(own);
  });
});

describe("filters", () => {
  it("are made, previewed, changed and deleted", async () => {
    const filters = client(DestinationFiltersApi);
    const source = await makeSource("sdk-filters");
    const { id } = await makeWebhook(source.id);
    const action = { type: DestinationFilterActionV1.TypeEnum.DROP_PROPERTIES, fields: { properties: ["email"] } };
    const rule = { if: "type = 'track'", actions: [action] };
    const made = await unwrap(
      filters.createFilterForDestination(id, { sourceId: source.id, title: "No mails", enabled: true, ...rule }),
    );
    expect(misfitsOf(made.filter, "DestinationFilterV1")).toEqual([]);
    const payload = { type: "track", properties: { email: "ada@example.com", plan: "pro" } };
    const preview = await unwrap(filters.previewDestinationFilter({ filter: rule, payload }));
    expect(preview).toMatchObject({ inputPayload: payload, result: { type: "track", properties: { plan: "pro" } } });
    const drop = { if: "all", actions: [{ type: DestinationFilterActionV1.TypeEnum.DROP }] };
    expect((await unwrap(filters.previewDestinationFilter({ filter: drop, payload }))).result).toBeNull();
    const changed = await unwrap(
      filters.updateFilterForDestination(id, made.filter.id, { enabled: false, description: "why" }),
    );
    expect(changed.filter).toMatchObject({ enabled: false, description: "why", if: rule.if });
    await expect(
      unwrap(filters.updateFilterForDestination(id, made.filter.id, { if: "type =" })),
    ).rejects.toMatchObject({
      type: "invalid",
      field: "if",
    });
    expect((await unwrap(filters.listFiltersFromDestination(id, PAGE))).filters).toHaveLength(1);
    expect((await unwrap(filters.removeFilterFromDestination(id, made.filter.id))).status).toBe("SUCCESS");
    await expect(unwrap(filters.getFilterInDestination(id, made.filter.id))).rejects.toMatchObject({
      type: "not_found",
    });
  });
});

describe("delivery overview", () => {
  /** Sends three orders, of which the webhook refuses one and a filter drops one, and a call that is refused. */
  async function sendOrders(writeKey: string): Promise<void> {
    const track = (event: unknown, messageId: string) => ({ type: "track", userId: "ada", event, messageId });
    const batch = [track("Delivered", "o-1"), track("Refused", "o-2"), track("Filtered", "o-3"), track(5, "o-4")];
    const body = JSON.stringify({ writeKey, batch });
    const answer = await fetch(new URL("/v1/batch", inlet.url), { method: "POST", body });
    expect(await answer.json()).toEqual({ success: true });
  }

  it("says what came in, was refused, filtered, delivered and failed, in the client's own shape", async () => {
    const source = await makeSource("sdk-overview");
    const { id } = await makeWebhook(source.id);
    await unwrap(
      client(DestinationFiltersApi).createFilterForDestination(id, {
        sourceId: source.id,
        title: "Not these",
        if: 'event = "Filtered"',
        actions: [{ type: DestinationFilterActionV1.TypeEnum.DROP }],
        enabled: true,
      }),
    );
    hook.answer = ({ event }, response) => void response.writeHead(event["event"] === "Refused" ? 400 : 200).end("no");
    await sendOrders(source.writeKeys[0] ?? "");
    const overview = client(DeliveryOverviewApi);
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
    const summary = await unwrap(client(DestinationsApi).listDeliveryMetricsSummaryFromDestination(id, source.id));
    expect(misfitsOf(summary, "ListDeliveryMetricsSummaryFromDestinationBetaOutput")).toEqual([]);
    expect(summary.deliveryMetricsSummary.metrics).toContainEqual(
      expect.objectContaining({ metricName: "successes", total: 1 }),
    );
  });

  it("refuses a window that is too long, as Segment does", async () => {
    const source = await makeSource("sdk-window");
    const asked = client(DeliveryOverviewApi).getIngressSuccessMetricsFromDeliveryOverview(
      source.id,
      new Date(Date.now() - 5 * 3_600_000).toISOString(),
      new Date().toISOString(),
      "minute",
      PAGE,
    );
    await expect(unwrap(asked)).rejects.toMatchObject({ type: "invalid" });
  });
});

describe("the workspace", () => {
  it("is shown", async () => {
    const found = await unwrap(client(WorkspacesApi).getWorkspace());
    expect(misfitsOf(found, "GetWorkspaceV1Output")).toEqual([]);
  });
});
