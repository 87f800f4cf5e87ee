import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { createSource, type TestSource } from "../support/test-source.ts";
import { City } from "./city.ts";
import { connect, type Connected } from "./connect.ts";
import { EXPECTED } from "./expected.ts";
import { filesThatHold } from "./files.ts";
import { metricsOf, overviewOf, traceOf, untilSettled } from "./reports.ts";
import { tellByBrowser, tellByHttp, tellByNode, type Told } from "./shop.ts";
import { startAcceptance, type Acceptance } from "./start.ts";
import { HUBSPOT_TOKENS } from "./vendors/hubspot.ts";
import { CONNECTS, VENDORS } from "./vendors/index.ts";

let stateDir: string;
let city: City;
let inlet: Acceptance;
let source: TestSource;
let told: Told;
const destinations = new Map<string, Connected>();

const at = (vendor: string): Connected => destinations.get(vendor)!;
const idsOf = (names: readonly string[]): string[] => names.map((name) => told[name] ?? name).toSorted();

const TRACKS = ["order", "upgrade", "ping", "viewed", "gift", "video"];
/** Which events each tool is to have; the rest stops at a filter, at consent, at the event's own wish or at no mapping. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  Mixpanel: [...TRACKS.filter((name) => name !== "ping"), "pricing"],
  Amplitude: [...TRACKS.filter((name) => name !== "viewed"), "pricing"],
  GA4: [...TRACKS, "pricing"],
  Braze: TRACKS,
  "Customer.io": [...TRACKS.filter((name) => name !== "gift"), "pricing"],
  HubSpot: ["upgrade"],
  Slack: ["order"],
  PostHog: [...TRACKS, "pricing"],
  Klaviyo: TRACKS,
  Facebook: ["order"],
  Webhook: [...TRACKS, "pricing", "signup", "login"],
};
/** What each tool knows people by. */
const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  Mixpanel: ["user-ada", "user-bob"],
  Amplitude: ["user-ada", "user-bob"],
  Braze: ["user-ada", "user-bob"],
  "Customer.io": ["user-ada", "user-bob"],
  HubSpot: ["Ada@Example.com", "bob@example.com"],
  PostHog: ["user-ada", "user-bob"],
  Klaviyo: ["Ada@Example.com", "bob@example.com"],
};

async function connectAll(): Promise<void> {
  for (const [name, how] of Object.entries(CONNECTS)) {
    const consentCategories = name === "Amplitude" ? ["analytics"] : [];
    destinations.set(name, await connect(inlet, source.id, { ...how, name, consentCategories }));
  }
  await inlet.api("POST", `/api/destination/${at("Mixpanel").id}/filters`, {
    sourceId: source.id,
    title: "No pings",
    if: 'event = "Internal Ping"',
    actions: [{ type: "DROP" }],
    enabled: true,
  });
}

beforeAll(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), "inlet-acceptance-"));
  city = new City(VENDORS);
  inlet = await startAcceptance(city, stateDir);
  source = await createSource(inlet, { batching: { enabled: false, size: 100, timeoutMs: 300 } });
  await connectAll();
  const host = inlet.url.origin;
  const timestamp = new Date(Date.now() - 60_000).toISOString();
  const parts = await Promise.all([
    tellByNode(source, host),
    tellByHttp(source, host, timestamp),
    tellByBrowser(source, inlet),
  ]);
  told = Object.assign({}, ...parts) as Told;
  await waitFor("all events at the webhook", async () => city.ids("Webhook").length >= EVENTS["Webhook"]!.length);
  await untilSettled(inlet, [...destinations.values()]);
});
afterAll(async () => {
  await inlet.stop();
  await rm(stateDir, { recursive: true, force: true });
});

describe.each(Object.keys(EVENTS))("%s", (vendor) => {
  it("accepts each event that is meant for it exactly once, and is sent no other", () => {
    const sent = new Set(Object.values(told));
    expect(city.ids(vendor).filter((id) => sent.has(id))).toEqual(idsOf(EVENTS[vendor]!));
    const strange = city.ids(vendor).filter((id) => !sent.has(id));
    // Amplitude is told of each product of an order as well, as its makers want revenue to be.
    expect(strange).toEqual(vendor === "Amplitude" ? idsOf(["order"]).flatMap((id) => [`${id}-2`, `${id}-3`]) : []);
  });

  it("accepts what is known of each person exactly once", () => {
    expect(city.ids(vendor, "profile")).toEqual(PEOPLE[vendor] ?? []);
  });

  it("refuses nothing", () => {
    const refused = city.of(vendor).filter(({ reply }) => reply === "hang" || reply.status >= 400);
    expect(refused.map(({ reply }) => reply)).toEqual(
      vendor === "HubSpot" ? refused.map(() => expect.objectContaining({ status: 401 }) as unknown) : [],
    );
  });

  it("has the same said of it in the trace of every event", async () => {
    const wanted = new Set(EVENTS[vendor]!);
    for (const [name, id] of Object.entries(told)) {
      const { destinations: all, status } = await traceOf(inlet, source.id, id);
      const { state, deliveries } = all.find((one) => one.id === at(vendor).id)!;
      expect({ status, state, deliveries: deliveries.length }).toEqual({
        status: "accepted",
        state: "routed",
        deliveries: 1,
      });
      const reached = deliveries[0]!.subscriptions.filter((one) => one.status === "delivered");
      const isPerson = (name === "signup" || name === "login") && vendor in PEOPLE;
      expect(reached.length, `${name} at ${vendor}`).toBe(wanted.has(name) || isPerson ? 1 : 0);
      for (const { attempts } of reached) expect(attempts).toMatchObject([{ attempt: 1, status: "delivered" }]);
    }
  });
});

describe("what the documentation of each vendor asks for is", () => {
  it.each(EXPECTED)("$what at $vendor", ({ vendor, name, kind, is }) => {
    const found = city.taken(vendor, kind).filter(({ id }) => id === (told[name] ?? name));
    expect(found.map(({ record }) => record)).toMatchObject([is]);
  });
});

it("asks nobody but the vendors, and all over TLS", () => {
  expect(city.of("nobody")).toEqual([]);
  expect(city.served.filter(({ asked }) => asked.url.protocol !== "https:")).toEqual([]);
});

describe("an event that one destination is not to get", () => {
  const gateOf = async (name: string, vendor: string) => {
    const { destinations: all } = await traceOf(inlet, source.id, told[name]!);
    return all.find((one) => one.id === at(vendor).id)!.deliveries[0]!.gate;
  };

  it.each([
    { by: "its filter", name: "ping", vendor: "Mixpanel", reason: "FILTERED_BY_RULES" },
    { by: "the person's consent", name: "viewed", vendor: "Amplitude", reason: "FILTERED_BY_END_USER_CONSENT" },
    { by: "the event itself", name: "gift", vendor: "Customer.io", reason: "FILTERED_BY_INTEGRATIONS_OBJECT" },
    { by: "a lack of mappings", name: "signup", vendor: "Slack", reason: "NO_MATCHING_MAPPING" },
  ])("because of $by is found by its messageId with the reason", async ({ name, vendor, reason }) => {
    expect(await gateOf(name, vendor)).toMatchObject({
      status: "dropped",
      reason,
      sentence: expect.stringMatching(/^[A-Z].*\.$/),
    });
    const { errors, dropped } = await metricsOf(inlet, at(vendor));
    expect(dropped).toBeGreaterThan(0);
    expect(errors).toContainEqual(expect.objectContaining({ status: "dropped", reason }));
    const given = { destination: at(vendor), groupBy: "discardReason", now: Date.now() };
    const { dataset } = await overviewOf(inlet, "filtered-at-destination", source.id, given);
    expect(dataset).toContainEqual(expect.objectContaining({ discardReason: reason }));
  });
});

describe("HubSpot's access token, expired when the first event comes", () => {
  const steps = () => city.of("HubSpot").map(({ asked }) => asked);
  const isRenewal = ({ url }: { url: URL }) => url.pathname.endsWith("/token");

  it("is renewed once, and what was refused goes out with the new one", () => {
    const [first] = steps();
    expect(first?.headers["authorization"]).toBe(`Bearer ${HUBSPOT_TOKENS.expired}`);
    expect(steps().filter(isRenewal)).toHaveLength(1);
  });

  it("is kept sealed, and in use after a restart", async () => {
    const before = steps().length;
    await inlet.stop();
    const secrets = [...Object.values(HUBSPOT_TOKENS), "hubspot-client-secret", "mixpanel-api-secret"];
    expect(await filesThatHold(stateDir, ["user-ada"])).not.toEqual([]);
    expect(await filesThatHold(stateDir, secrets)).toEqual([]);
    inlet = await startAcceptance(city, stateDir);
    const again = { ...(await tellByHttpAgain()) };
    await waitFor("the event at HubSpot", async () => city.ids("HubSpot").includes(again.messageId));
    const asked = steps().slice(before);
    expect(asked.filter(isRenewal)).toEqual([]);
    expect(asked.map(({ headers }) => headers["authorization"])).toEqual([`Bearer ${HUBSPOT_TOKENS.fresh}`]);
  });

  async function tellByHttpAgain() {
    const event = { event: "Plan Upgraded", userId: "user-ada", messageId: "http-after", properties: { to: "max" } };
    const body = { ...event, writeKey: source.writeKey, context: { traits: { email: "ada@example.com" } } };
    const response = await fetch(new URL("/v1/track", inlet.url), { method: "POST", body: JSON.stringify(body) });
    expect(response.status).toBe(200);
    return event;
  }
});
