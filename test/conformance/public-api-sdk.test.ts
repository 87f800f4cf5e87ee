import {
  CatalogApi,
  DestinationFilterActionV1,
  DestinationFiltersApi,
  DestinationsApi,
  SourcesApi,
  unwrap,
  WorkspacesApi,
} from "@segment/public-api-sdk-typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGE, startWithClient, type Rig } from "../support/public-api-client.ts";
import { misfitsOf } from "../support/public-api-models.ts";

const MIXPANEL = "Mixpanel (Actions)";

let rig: Rig;
beforeAll(async () => {
  rig = await startWithClient();
});
afterAll(() => rig.stop());

describe("sources", () => {
  it("are made, found, changed, labelled, given write keys and deleted", async () => {
    const sources = rig.client(SourcesApi);
    const source = await rig.makeSource("sdk-lifecycle");
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
    const catalog = rig.client(CatalogApi);
    const { sourcesCatalog } = await unwrap(catalog.getSourcesCatalog(PAGE));
    expect(sourcesCatalog.flatMap((kind) => misfitsOf(kind, "SourceMetadataV1"))).toEqual([]);
    expect((await unwrap(catalog.getSourceMetadata("javascript"))).sourceMetadata.name).toBe("Javascript");
  });
});

describe("the catalogue of destinations", () => {
  it("is read page by page, each kind in the client's own shape", async () => {
    const catalog = rig.client(CatalogApi);
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
    const destinations = rig.client(DestinationsApi);
    const { destinationsCatalog } = await unwrap(rig.client(CatalogApi).getDestinationsCatalog({ count: 1000 }));
    const mixpanel = destinationsCatalog.find(({ name }) => name === MIXPANEL);
    const source = await rig.makeSource("sdk-mixpanel");
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
    const destinations = rig.client(DestinationsApi);
    const { id } = await rig.makeWebhook((await rig.makeSource("sdk-webhook")).id);
    const changed = await unwrap(
      destinations.updateDestination(id, { enabled: false, name: null, settings: { method: "PUT" } }),
    );
    expect(changed.destination).toMatchObject({
      enabled: false,
      name: "Webhooks",
      settings: { url: rig.hook.url, method: "PUT" },
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
    const destinations = rig.client(DestinationsApi);
    const { id } = await rig.makeWebhook((await rig.makeSource("sdk-subscriptions")).id);
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
    const filters = rig.client(DestinationFiltersApi);
    const source = await rig.makeSource("sdk-filters");
    const { id } = await rig.makeWebhook(source.id);
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

describe("the workspace", () => {
  it("is shown", async () => {
    const found = await unwrap(rig.client(WorkspacesApi).getWorkspace());
    expect(misfitsOf(found, "GetWorkspaceV1Output")).toEqual([]);
  });
});
