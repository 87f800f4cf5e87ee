import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { api, at, call, connectWebhook, makeSource, ORIGIN, type Answer } from "../support/api.ts";
import { newCatalog } from "../support/catalog.ts";

const FORBIDDEN = [403, "forbidden"];
const verdict = ({ status, errors }: Answer) => [status, errors[0]?.type];

async function newToken(role?: string): Promise<{ id: string; role: string; secret: string }> {
  const { data } = await api("POST", "/tokens", { name: "colleague", ...(role === undefined ? {} : { role }) });
  return data["token"] as unknown as { id: string; role: string; secret: string };
}

async function newViewer() {
  const { id, secret } = await newToken("viewer");
  const headers = { authorization: `Bearer ${secret}` };
  return { id, secret, ask: (method: string, path: string, body?: unknown) => call(method, path, { headers, body }) };
}

async function cookieOf(secret: string): Promise<string> {
  const { headers } = await call("POST", "/session", { body: { token: secret } });
  return headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("a token's role", () => {
  it("is owner unless another one is asked for, and shows in the list", async () => {
    const owner = await newToken();
    const viewer = await newToken("viewer");
    expect([owner.role, viewer.role]).toEqual(["owner", "viewer"]);
    const { data } = await api("GET", "/tokens");
    expect(data["tokens"]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: owner.id, role: "owner" }),
        expect.objectContaining({ id: viewer.id, role: "viewer" }),
      ]),
    );
    expect((await api("POST", "/tokens", { name: "x", role: "admin" })).status).toBe(422);
  });

  it("is owner for tokens that were made before there were roles", async () => {
    const catalog = newCatalog();
    const made = await catalog.createToken("old", "viewer");
    if (!made.ok) throw new Error(made.error.message);
    await runInDurableObject(catalog, (_object, state) => {
      state.storage.sql.exec("UPDATE tokens SET body = json_remove(body, '$.role')");
    });
    expect(await catalog.authenticate({ bearer: made.value.secret, address: "a" })).toMatchObject({
      identity: { role: "owner" },
    });
  });
});

describe("a viewer", () => {
  it("reads sources, destinations, events and the list of tokens", async () => {
    const source = await makeSource();
    const destination = await connectWebhook({ sourceId: source["id"] });
    const { ask } = await newViewer();
    const id = String(source["id"]);
    for (const path of [
      "/",
      "/session",
      "/sources",
      `/sources/${id}/debugger`,
      at(destination),
      "/tokens",
      "/replays",
    ]) {
      expect((await ask("GET", path)).status, path).toBe(200);
    }
  });

  it("previews a filter, which reaches nobody", async () => {
    const { ask } = await newViewer();
    const filter = { if: 'type = "track"', actions: [{ type: "DROP" }] };
    expect((await ask("POST", "/destination/filters/preview", { filter, payload: { type: "track" } })).status).toBe(
      200,
    );
  });

  it("changes nothing, starts nothing and makes nothing reach out", async () => {
    const source = await makeSource();
    const destination = await connectWebhook({ sourceId: source["id"] });
    const { id, ask } = await newViewer();
    const src = `/sources/${String(source["id"])}`;
    const asked: (readonly [string, string, unknown?])[] = [
      ["PATCH", "/", { name: "Mine" }],
      ["POST", "/tokens", { name: "more", role: "owner" }],
      ["DELETE", `/tokens/${id}`],
      ["POST", "/sources", { name: "New" }],
      ["DELETE", src],
      ["POST", `${src}/writekey`, {}],
      ["POST", `${src}/links`, { to: "https://evil.example/" }],
      ["POST", `${src}/exports/run`, {}],
      ["PATCH", at(destination), { enabled: false }],
      ["POST", at(destination, "/pause")],
      ["POST", at(destination, "/test"), { event: { type: "track" }, actionId: "send", dryRun: true }],
      ["POST", at(destination, "/test-authentication"), {}],
      ["POST", at(destination, "/resends"), {}],
      ["POST", "/replays", {}],
      ["POST", "/replays/r/start"],
      ["POST", "/warehouses/validation", {}],
      ["GET", "/warehouses/w/connection-state"],
      ["PUT", "/preferences", {}],
    ];
    for (const [method, path, body] of asked) {
      expect(verdict(await ask(method, path, body)), `${method} ${path}`).toEqual(FORBIDDEN);
    }
    expect((await api("GET", src)).status).toBe(200);
    expect((await api("GET", at(destination))).data["destination"]).toMatchObject({ enabled: true });
  });

  it("gets no further with HEAD, a slash at the end or a path that does not exist", async () => {
    const { ask } = await newViewer();
    expect((await ask("HEAD", "/warehouses/w/connection-state")).status).toBe(403);
    expect((await ask("HEAD", "/sources")).status).toBe(200);
    expect((await ask("GET", "/warehouses/w/connection-state/")).status).not.toBe(200);
    expect(verdict(await ask("POST", "/no/such/thing", {}))).toEqual([404, "not_found"]);
  });
});

describe("the hosts that are this Inlet's own", () => {
  const preview = JSON.stringify({ filter: { if: 'type = "track"', actions: [{ type: "DROP" }] }, payload: {} });
  const previewAs = (secret: string, host: string) =>
    exports.default.fetch(
      new Request(`https://${host}/api/destination/filters/preview`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}` },
        body: preview,
      }),
    );

  it("are learned from owners only: a viewer could stop deliveries to a host of its choice", async () => {
    const { secret } = await newViewer();
    expect((await previewAs(secret, "hooks.partner.example")).status).toBe(200);
    expect((await previewAs(env.INLET_ADMIN_TOKEN, "data.shop.example")).status).toBe(200);
    await exports.default.fetch(
      new Request("https://other.partner.example/api/session", {
        method: "POST",
        body: JSON.stringify({ token: secret }),
      }),
    );
    const own = await env.CATALOG.getByName("workspace").ownHosts();
    expect(own).toContain("data.shop.example");
    expect(own.join()).not.toContain("partner");
  });
});

describe("a viewer's session", () => {
  it("reads, is refused changes also from our own pages, and signs out", async () => {
    const { secret } = await newViewer();
    const headers = { cookie: await cookieOf(secret), origin: ORIGIN };
    expect((await call("GET", "/session", { headers })).data["session"]).toMatchObject({ role: "viewer" });
    expect(verdict(await call("POST", "/sources", { headers, body: { name: "x" } }))).toEqual(FORBIDDEN);
    expect((await call("DELETE", "/session", { headers })).status).toBe(200);
    expect((await call("GET", "/session", { headers })).status).toBe(401);
  });

  it("ends with its token", async () => {
    const { id, secret } = await newViewer();
    const headers = { cookie: await cookieOf(secret) };
    expect((await call("GET", "/session", { headers })).status).toBe(200);
    await api("DELETE", `/tokens/${id}`);
    expect((await call("GET", "/session", { headers })).status).toBe(401);
  });

  it("drives out no other holder's session, however often it signs in", async () => {
    const catalog = newCatalog();
    const owner = await catalog.signIn(env.INLET_ADMIN_TOKEN, "a");
    const token = await catalog.createToken("colleague", "viewer");
    if (!token.ok) throw new Error(token.error.message);
    const first = await catalog.signIn(token.value.secret, "b");
    for (let n = 0; n < 100; n++) await catalog.signIn(token.value.secret, "b");
    expect(await catalog.authenticate({ session: owner.session, address: "a" })).toMatchObject({ status: "granted" });
    expect(await catalog.authenticate({ session: first.session, address: "b" })).toEqual({ status: "denied" });
  });

  it("cannot go on guessing the admin token with its own in between", async () => {
    const catalog = newCatalog();
    const token = await catalog.createToken("colleague", "viewer");
    if (!token.ok) throw new Error(token.error.message);
    for (let n = 0; n < 10; n++) {
      expect(await catalog.authenticate({ bearer: `guess ${n}`, address: "a" })).toEqual({ status: "denied" });
      if (n < 9) await catalog.authenticate({ bearer: token.value.secret, address: "a" });
    }
    expect(await catalog.authenticate({ bearer: "guess", address: "a" })).toMatchObject({ status: "limited" });
  });
});
