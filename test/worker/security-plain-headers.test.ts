// Plain headers of a destination are seen by viewers: credentials do not belong there.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { api, at, call, connectWebhook, makeSource, type Json } from "../support/api.ts";

const NAMES = [
  "Authorization",
  "Cookie",
  "X-Api-Key",
  "X-Auth-Key",
  "X-Auth",
  "Ocp-Apim-Subscription-Key",
  "Access-Key",
  "AccessKey",
  "X-Credential",
  "X-Session-Id",
  "X-Access-Token",
  "X-Passwd",
  "X-Jwt",
  "key",
];
const STORED = { "X-Auth-Key": "stored-auth-key", "X-Team": "growth" };
const url = "https://hooks.example/in";

/** A destination as it was stored before its header was known for a credential. */
async function oldDestination(): Promise<Json> {
  const destination = await connectWebhook();
  await catalogOf(env).updateDestination(String(destination["id"]), { settings: { url, headers: STORED } });
  return destination;
}
const change = (destination: Json, settings: Record<string, unknown>) =>
  api("PATCH", at(destination), { settings: { ...settings } });

async function asViewer(path: string) {
  const made = await api("POST", "/tokens", { name: "colleague", role: "viewer" });
  return call("GET", path, { headers: { authorization: `Bearer ${String(made.data["token"]?.["secret"])}` } });
}

describe("a plain header that lets somebody in", () => {
  it.each(NAMES)("is refused on creation, on change and on trial, without its value: %s", async (name) => {
    const settings = { url, headers: { [name]: "hunter2-value" } };
    const source = await makeSource();
    const answers = [
      await api("POST", "/destinations", { sourceId: source["id"], metadataId: "webhook", settings }),
      await change(await connectWebhook(), settings),
      await api("POST", "/catalog/destinations/http/test-authentication", { settings }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.errors[0]?.field]).toEqual([422, `settings.headers.${name}`]);
      expect(answer.errors[0]?.message).toContain("secret headers");
      expect(answer.text).not.toContain("hunter2");
    }
  });

  it.each(["X-Team", "X-Author", "Accept", "Idempotency-Key", "X-Monkey", "Content-Language"])(
    "is not %s",
    async (name) => {
      const { status } = await change(await connectWebhook(), { headers: { [name]: "text" } });
      expect(status).toBe(200);
    },
  );
});

describe("a destination that has such a header already", () => {
  it("can be changed, with its headers sent again and without", async () => {
    const destination = await oldDestination();
    expect((await change(destination, { method: "PUT" })).status).toBe(200);
    const again = await change(destination, { headers: { ...STORED, "X-More": "1" } });
    expect([again.status, again.data["destination"]?.["settings"]]).toMatchObject([200, { headers: STORED }]);
    const moved = await change(destination, {
      headers: { "X-Team": "growth" },
      secretHeaders: "X-Auth-Key: stored-auth-key",
    });
    expect(moved.data["destination"]).toMatchObject({ secrets: { secretHeaders: true } });
    expect(moved.text).not.toContain("stored-auth-key");
  });

  it("gets no other value for it", async () => {
    const answer = await change(await oldDestination(), { headers: { ...STORED, "X-Auth-Key": "new-value" } });
    expect([answer.status, answer.errors[0]?.field]).toEqual([422, "settings.headers.X-Auth-Key"]);
  });

  it("goes on sending it", async () => {
    const destination = await oldDestination();
    const { data } = await api("GET", at(destination, "/subscriptions"));
    const [subscription] = data["subscriptions"] as unknown as Json[];
    const body = { subscriptionId: subscription?.["id"], event: { type: "track", event: "E" }, dryRun: true };
    const tried = await api("POST", at(destination, "/test"), body);
    expect(tried.text).toContain('"x-auth-key":"••••"');
    expect(tried.text).not.toContain("stored-auth-key");
  });

  it("shows viewers only that it is there, alone and in lists; an owner, who sends it back, sees it", async () => {
    const destination = await oldDestination();
    const source = String(destination["sourceId"]);
    for (const path of [at(destination), "/destinations", `/sources/${source}/connected-destinations`]) {
      const { status, text } = await asViewer(path);
      expect([status, text]).toEqual([200, expect.stringContaining('"X-Auth-Key":"••••"')]);
      expect(text).toContain('"X-Team":"growth"');
      expect(text).not.toContain("stored-auth-key");
    }
    expect((await api("GET", at(destination))).text).toContain("stored-auth-key");
  });
});
