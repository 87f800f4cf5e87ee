import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliverySummary } from "../../src/core/ledger.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";
import { startInletProcess } from "../support/inlet-process.ts";
import { TEST_SECRETS } from "../support/secrets.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";

interface Connected {
  readonly writeKey: string;
  readonly destinationId: string;
}
type Api = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** A source whose events go to `url`. */
async function connect(api: Api, url: string, settings: Record<string, unknown> = {}): Promise<Connected> {
  const name = `Hook ${crypto.randomUUID()}`;
  const made = await api("POST", "/api/sources", { name, settings: { drain: { afterMs: 200 } } });
  const source = made["source"] as { id: string; writeKeys: string[] };
  const body = { sourceId: source.id, metadataId: "webhook", name, settings: { url, ...settings } };
  const { destination } = (await api("POST", "/api/destinations", body)) as { destination: { id: string } };
  return { writeKey: source.writeKeys[0]!, destinationId: destination.id };
}

async function track(inlet: URL, writeKey: string, events: readonly Record<string, unknown>[]): Promise<void> {
  const batch = events.map((event) => ({ type: "track", event: "Tested", userId: "u1", ...event }));
  const response = await fetch(new URL("/v1/batch", inlet), {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${writeKey}:`)}`, "content-type": "application/json" },
    body: JSON.stringify({ batch }),
  });
  expect(response.status).toBe(200);
}

const idsOf = (count: number): string[] => Array.from({ length: count }, () => crypto.randomUUID());
const onceEach = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 1]));
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 100 });

let hook: HookServer;
beforeEach(async () => {
  hook = await startHookServer();
});
afterEach(() => hook.stop());

describe("a webhook of the running product", () => {
  let inlet: RunningInlet;
  beforeAll(async () => {
    inlet = await startInlet();
  });
  afterAll(() => inlet.stop());

  const connectHere = (settings?: Record<string, unknown>, url = `${hook.url}/in?team=growth`) =>
    connect((...call) => inlet.api(...call), url, settings);
  const metricsOf = async ({ destinationId }: Connected): Promise<DeliverySummary> => {
    const data = await inlet.api("GET", `/api/destinations/${destinationId}/delivery-metrics?minutes=60`);
    return data["metrics"] as DeliverySummary;
  };

  it("gets each accepted event once, as sent and signed over the very bytes it receives", async () => {
    const connected = await connectHere({ sharedSecret: "s3cret", headers: { "X-Team": "growth" } });
    const ids = idsOf(150);
    const events = ids.map((messageId, i) => ({ messageId, properties: { i, text: "Ünïcode 😀" } }));
    await track(inlet.url, connected.writeKey, events);
    await track(inlet.url, connected.writeKey, events.slice(0, 50));
    await eventually(async () => expect(await metricsOf(connected)).toMatchObject({ delivered: 150, waiting: 0 }));
    expect(hook.times()).toEqual(onceEach(ids.toSorted()));
    for (const { method, path, headers, body, event } of hook.requests) {
      expect([method, path, headers["content-type"], headers["x-team"]]).toEqual([
        "POST",
        "/in?team=growth",
        "application/json",
        "growth",
      ]);
      expect(headers["x-signature"]).toBe(createHmac("sha1", "s3cret").update(body, "utf8").digest("hex"));
      expect(event).toMatchObject({ type: "track", event: "Tested", userId: "u1", version: 2 });
      expect(event["properties"]).toEqual({ i: ids.indexOf(event.messageId), text: "Ünïcode 😀" });
      expect(event).not.toHaveProperty("_metadata");
      expect(event).not.toHaveProperty("writeKey");
    }
  });

  it("that asks for a pause gets the same events afterwards, none lost and none doubled", async () => {
    const connected = await connectHere();
    const accepted: string[] = [];
    let refusals = 3;
    hook.answer = ({ event }, response) => {
      if (refusals-- > 0) return void response.writeHead(429, { "retry-after": "1" }).end();
      accepted.push(event.messageId);
      return void response.end();
    };
    const ids = idsOf(40);
    await track(
      inlet.url,
      connected.writeKey,
      ids.map((messageId) => ({ messageId })),
    );
    await eventually(async () => expect(await metricsOf(connected)).toMatchObject({ delivered: 40, waiting: 0 }));
    expect(accepted.toSorted()).toEqual(ids.toSorted());
  });

  it("that refuses one event gets the others, and the refused one is shown with what was said", async () => {
    const connected = await connectHere({ secretHeaders: "X-Plain: hunter2" });
    const [bad, ...good] = idsOf(5) as [string, ...string[]];
    hook.answer = ({ event }, response) => {
      response.statusCode = event.messageId === bad ? 422 : 200;
      response.end("no such customer");
    };
    await track(
      inlet.url,
      connected.writeKey,
      [bad, ...good].map((messageId) => ({ messageId })),
    );
    await eventually(async () => expect(await metricsOf(connected)).toMatchObject({ delivered: 4, abandoned: 1 }));
    const { errors } = await metricsOf(connected);
    expect(errors).toMatchObject([{ status: "abandoned", reason: "422", count: 1 }]);
    const [sample] = errors[0]!.samples;
    expect(sample!.sent).toContain(bad);
    expect(sample!.request).toContain("X-Plain".toLowerCase());
    expect(sample!.response).toContain("no such customer");
    expect(JSON.stringify(errors)).not.toContain("hunter2");
    expect(hook.requests.every(({ headers }) => headers["x-plain"] === "hunter2")).toBe(true);
  });

  it("that redirects, closes the connection or is not there is named, and holds up no other destination", async () => {
    const nobody = await startHookServer();
    await nobody.stop();
    const gone = await connectHere({}, nobody.url);
    const closing = await connectHere({}, `${hook.url}/close`);
    const redirecting = await connectHere({}, `${hook.url}/redirect`);
    const healthy = await connectHere({}, `${hook.url}/fine`);
    hook.answer = ({ path }, response) => {
      if (path === "/close") return void response.destroy();
      if (path === "/redirect") return void response.writeHead(302, { location: `${hook.url}/evil` }).end();
      return void response.end();
    };
    for (const { writeKey } of [gone, closing, redirecting, healthy]) {
      await track(inlet.url, writeKey, [{ messageId: crypto.randomUUID() }]);
    }
    await eventually(async () => expect(await metricsOf(healthy)).toMatchObject({ delivered: 1 }));
    await eventually(async () => expect((await metricsOf(redirecting)).errors).toMatchObject([{ reason: "302" }]));
    for (const broken of [gone, closing]) {
      await eventually(async () => expect(await metricsOf(broken)).toMatchObject({ retrying: 1, delivered: 0 }));
      expect((await metricsOf(broken)).errors[0]).toMatchObject({
        status: "retry",
        reason: expect.stringMatching(/^ECONN(REFUSED|RESET|ABORTED)$/),
      });
    }
    expect(hook.requests.some(({ path }) => path === "/evil")).toBe(false);
  });
});

describe("killing Inlet after it has acknowledged", () => {
  it("loses no delivery: after the restart every event reaches the webhook", async () => {
    const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-hook-"));
    let inlet = await startInletProcess({ stateDir, port: 0 });
    const api: Api = async (method, pathname, body) => {
      const response = await fetch(new URL(pathname, inlet.url), {
        method,
        headers: { authorization: `Bearer ${TEST_SECRETS.INLET_ADMIN_TOKEN}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { data } = (await response.json()) as { data: Record<string, unknown> };
      return data;
    };
    try {
      const { writeKey } = await connect(api, hook.url);
      const ids: string[] = [];
      for (let round = 0; round < 4; round++) {
        const batch = idsOf(50);
        await track(
          inlet.url,
          writeKey,
          batch.map((messageId) => ({ messageId })),
        );
        ids.push(...batch);
        await inlet.kill("group");
        inlet = await startInletProcess({ stateDir, port: Number(inlet.url.port) });
      }
      await eventually(() => expect(Object.keys(hook.times()).toSorted()).toEqual(ids.toSorted()));
    } finally {
      await inlet.stop();
      await rm(stateDir, { recursive: true, force: true });
    }
  });
});
