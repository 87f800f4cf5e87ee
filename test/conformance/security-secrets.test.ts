// Secrets go in and never come out: known ones are planted in every setting that holds one, a far end repeats whatever it
// is sent, and then every answer, every line of the log and every byte on disk is searched for them.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OWN_KINDS } from "../../src/destinations/own/index.ts";
import { inParallel } from "../../src/core/pool.ts";
import { waitFor } from "../support/archive.ts";
import type { ToStart } from "../support/inlet-process.ts";
import { TEST_SECRETS } from "../support/secrets.ts";
import { addressOf, listRoutes } from "../support/site-routes.ts";
import { ROOT } from "../support/sources.ts";

interface Kind {
  readonly id: string;
  readonly available: boolean;
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly secret: boolean;
    readonly choices?: readonly { readonly value: unknown }[];
    readonly defaultValue?: unknown;
  }[];
}

const AT_ONCE = 4;
/** All kinds take a minute; else our own and every eighth of the catalogue's, which the same code looks after. */
const EVERY_KIND = process.env["INLET_EVERY_KIND"] === "1";
let child: ChildProcess;
let home: string;
let base: string;
let mirror: Server;
let mirrorUrl: string;
let log = "";
const planted = new Map<string, string>();
const ids: Record<string, string> = {};

/** A secret that nothing else looks like; letters and digits, so that it reads the same wherever it is repeated. */
function plant(where: string): string {
  const secret = `PlantedSecret${planted.size}x${crypto.randomUUID().replaceAll("-", "")}`;
  planted.set(where, secret);
  return secret;
}

async function call(method: string, at: string, body?: unknown, token: string = TEST_SECRETS.INLET_ADMIN_TOKEN) {
  const response = await fetch(new URL(`/api${at}`, base), {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
async function made<T>(at: string, body: unknown): Promise<T> {
  const { status, text } = await call("POST", at, body);
  if (status !== 200) throw new Error(`${at} ${status} ${text}`);
  return (JSON.parse(text) as { data: T }).data;
}
const dataOf = <T>({ text }: { text: string }): T => (JSON.parse(text) as { data: T }).data;

/** Which of the planted secrets, and of the install's own, a text holds, plain or in base64. */
function leaks(text: string): string[] {
  const all = [...planted, ...Object.entries(TEST_SECRETS)];
  return all.flatMap(([where, secret]) =>
    [secret, Buffer.from(secret).toString("base64").slice(0, 40)].some((form) => text.includes(form)) ? [where] : [],
  );
}

/** Plain settings that a kind needs before it takes secrets, and its secrets. */
function settingsOf({ id, fields }: Kind): Record<string, unknown> {
  const value = ({ name, type, secret, choices, defaultValue }: Kind["fields"][number]): unknown => {
    if (name === "secretHeaders") return `X-Api-Key: ${plant(`${id}.${name}`)}`;
    if (secret) return plant(`${id}.${name}`);
    if (choices?.[0] !== undefined) return choices[0].value;
    if (/url|endpoint/i.test(name)) return mirrorUrl;
    return defaultValue ?? (type === "number" ? 1 : type === "boolean" ? false : "x");
  };
  const wanted = fields.filter(({ name, required, secret }) => (required || secret) && name !== "hyperdrive");
  return Object.fromEntries(wanted.map((field) => [field.name, value(field)]));
}

async function plantDestinations(sourceId: string): Promise<number> {
  const listed = dataOf<{ kinds: { id: string }[] }>(await call("GET", "/catalog/destination-index"));
  let connected = 0;
  const ours = new Set(OWN_KINDS.map(({ kind }) => kind.id));
  const chosen = listed.kinds.filter(({ id }, n) => EVERY_KIND || ours.has(id) || n % 8 === 0);
  await inParallel(chosen, AT_ONCE, async ({ id }) => {
    const kind = dataOf<{ kind: Kind }>(await call("GET", `/catalog/destination-index/${id}`)).kind;
    if (!kind.available || !kind.fields.some(({ secret }) => secret)) return;
    const body = { metadataId: id, name: id, sourceId, settings: settingsOf(kind) };
    const answer = await call("POST", "/destinations", body);
    expect(leaks(answer.text), id).toEqual([]);
    if (answer.status !== 200) return;
    connected++;
    const { destination } = dataOf<{ destination: { id: string } }>(answer);
    if (id === "webhook" || ids["destinationId"] === undefined) ids["destinationId"] = destination.id;
  });
  return connected;
}

beforeAll(async () => {
  mirror = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method, url, headers } = request;
      response.statusCode = 401;
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(parts).toString() }));
    });
  }).listen(0, "127.0.0.1");
  await once(mirror, "listening");
  mirrorUrl = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/in`;
  home = await mkdtemp(path.join(tmpdir(), "inlet-secrets-"));
  child = fork(path.join(ROOT, "test/support/inlet-child.ts"), {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, INLET_TEST_LOG: "info" },
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (log += part.toString()));
  await mkdir(path.join(home, "tmp"));
  child.send({ port: 0, stateDir: home } satisfies ToStart);
  const [ready] = (await once(child, "message")) as [{ url: string }];
  base = ready.url;
});

afterAll(async () => {
  if (child.exitCode === null) {
    child.send("stop");
    await once(child, "exit");
  }
  mirror.close();
  mirror.closeAllConnections();
  await rm(home, { recursive: true, force: true });
});

describe("secrets", () => {
  it("are taken by every kind that has some, and are in no answer to it", async () => {
    const { source } = await made<{ source: { id: string; writeKeys: string[] } }>("/sources", {
      name: "Shop",
      settings: { drain: { afterMs: 200 } },
    });
    Object.assign(ids, { sourceId: source.id, writeKey: source.writeKeys[0] });
    expect(await plantDestinations(source.id)).toBeGreaterThan(EVERY_KIND ? 60 : 10);
    for (const [metadataId, settings] of [
      ["clickhouse", { url: mirrorUrl, username: "u" }],
      ["postgres", { hostname: "127.0.0.1", port: 9, database: "d", username: "u", tls: "disable" }],
    ] as const) {
      const all = { ...settings, password: plant(metadataId) };
      const { warehouse } = await made<{ warehouse: { id: string } }>("/warehouses", {
        metadataId,
        name: metadataId,
        settings: all,
      });
      ids["warehouseId"] = warehouse.id;
      await made(`/warehouses/${warehouse.id}/connected-sources/${source.id}`, {});
      expect(leaks((await call("POST", "/warehouses/validation", { metadataId, settings: all })).text)).toEqual([]);
    }
    const { alert } = await made<{ alert: { id: string } }>("/alerts", {
      name: "Less events",
      rule: { type: "source_volume", sourceId: source.id, deviationPercent: 50 },
      channel: { kind: "webhook", url: `${mirrorUrl}/${plant("alert address")}`, sharedSecret: plant("alert") },
    });
    ids["alertId"] = alert.id;
    expect(leaks((await call("POST", `/alerts/${alert.id}/test`, {})).text)).toEqual([]);
    const { token } = await made<{ token: { id: string; secret: string } }>("/tokens", { name: "v", role: "viewer" });
    planted.set("viewer token", token.secret);
    const signedIn = await call("POST", "/session", { token: token.secret });
    planted.set("session", /inlet_session=([^;.]+)/.exec(signedIn.headers.get("set-cookie") ?? "")?.[1] ?? "");
  });

  it("are not repeated by a far end that repeats everything: not in deliveries, tests or refused credentials", async () => {
    const destination = `/destinations/${ids["destinationId"]}`;
    const message = { type: "track", event: "Order", userId: "u1", messageId: "m1" };
    const body = JSON.stringify({ writeKey: ids["writeKey"], batch: [message] });
    expect((await fetch(new URL("/v1/batch", base), { method: "POST", body })).status).toBe(200);
    await made(`/sources/${ids["sourceId"]}/exports/run`, {}).catch(() => undefined);
    await waitFor("a failed delivery", async () => {
      const { text } = await call("GET", `${destination}/delivery-metrics`);
      return text.includes('"401"');
    });
    const event = { ...message, context: {}, properties: {} };
    for (const dryRun of [true, false]) {
      const { status, text } = await call("POST", `${destination}/test`, { event, actionId: "send", dryRun });
      expect([status, leaks(text)]).toEqual([200, []]);
    }
    expect(leaks((await call("POST", `${destination}/test-authentication`, {})).text)).toEqual([]);
  });

  it("are in no answer to a GET, for owners and viewers; none is a page, and none is kept by a cache", async () => {
    const routes = listRoutes().filter(({ method, path: at }) => method === "GET" && /^\/api(?:\/(?!s\/)|$)/.test(at));
    expect(routes.length).toBeGreaterThan(50);
    const day = new Date().toISOString().slice(0, 10);
    await inParallel(routes, AT_ONCE, async (route) => {
      const named = route.path
        .replaceAll(/:(\w+)/g, (all, name: string) => ids[name] ?? all)
        .replace(":day", day)
        .replace(":messageId", "m1")
        .replace(":metric", "failed-delivery");
      const at = addressOf({ ...route, path: named }).slice("/api".length);
      for (const token of [undefined, planted.get("viewer token")]) {
        const { headers, text } = await call("GET", at, undefined, token);
        expect([at, leaks(text)]).toEqual([at, []]);
        expect([at, headers.get("x-content-type-options")]).toEqual([at, "nosniff"]);
        expect([at, headers.get("cache-control")]).toEqual([at, "no-store"]);
        expect(headers.get("content-type") ?? "", at).not.toMatch(/html|svg|xml|javascript/);
      }
    });
  });

  it("are in no refusal of a body that holds them where it should not", async () => {
    const secret = plant("body");
    const bodies = [
      `{"broken": "${secret}`,
      { name: { secret }, unknown: secret },
      { settings: { url: [secret], unknown: 1 }, labels: secret },
    ];
    for (const { method, path: at } of listRoutes().filter((one) => /^\/api\/(?!s\/)/.test(one.path))) {
      if (method === "GET" || method === "ALL" || method === "OPTIONS") continue;
      const to = addressOf({ method, path: at }).slice("/api".length);
      for (const body of method === "DELETE" ? [] : bodies) {
        const { status, text } = await call(method, to, body);
        expect(status, `${method} ${to}`).toBeLessThan(500);
        // A preview answers with the payload it was given; it is not one here.
        expect([to, leaks(text)]).toEqual([to, []]);
      }
    }
  });

  it("are neither in the log nor on disk, where only sealed and hashed ones lie", async () => {
    child.send("stop");
    await once(child, "exit");
    expect(leaks(log)).toEqual([]);
    expect(log).toContain("/api/");
    const files = (await readdir(home, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    let known = false;
    for (const file of files) {
      const bytes = await readFile(path.join(file.parentPath, file.name));
      const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
      known ||= text.includes(ids["writeKey"] ?? "?");
      expect([file.name, leaks(text.toString("latin1"))]).toEqual([file.name, []]);
    }
    // What is no secret is there to be found, so the search looks where things lie.
    expect(known).toBe(true);
  });
});
