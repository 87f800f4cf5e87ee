import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DEBUGGER, type ServerFrame } from "../../src/core/debugger.ts";
import type { Observation, Sample } from "../../src/core/sample.ts";
import { PATIENT } from "../support/patience.ts";

let next = 0;
const newDebugger = () => env.DEBUGGER.getByName(`source-${next++}`);
type DebuggerStub = ReturnType<typeof newDebugger>;

const sample = (name: string, over: Partial<Sample> = {}): Sample => ({
  receivedAt: Date.now(),
  status: "accepted",
  type: "track",
  name,
  raw: JSON.stringify({ type: "track", event: name }),
  ...over,
});
const observation = (
  samples: Sample[],
  counts: Record<string, number> = { accepted: samples.length },
): Observation => ({
  sourceId: "s",
  at: Date.now(),
  counts,
  samples,
});

/** A live socket that collects what it is told. */
async function watch(object: DebuggerStub, query = "") {
  const response = await object.fetch(`https://inlet.test/live${query}`, { headers: { upgrade: "websocket" } });
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no socket: ${response.status}`);
  const frames: ServerFrame[] = [];
  const texts: string[] = [];
  socket.addEventListener("message", ({ data }) => {
    const text = String(data);
    texts.push(text);
    if (text.startsWith("{")) frames.push(JSON.parse(text));
  });
  socket.accept();
  return {
    socket,
    frames,
    texts,
    say: (message: unknown) => socket.send(JSON.stringify(message)),
    frame: (index: number) => vi.waitUntil(() => frames[index], PATIENT),
    names: (index: number) => frames[index]?.entries.map((entry) => entry.name),
  };
}

afterEach(() => void vi.useRealTimers());

describe("the ring", () => {
  it("lists the newest first, with growing seq and reasons in words", async () => {
    const object = newDebugger();
    await object.record(observation([sample("a"), sample("b")]));
    await object.record(observation([sample("c", { status: "refused", reason: "event_not_defined" })]));
    const { entries, hidden } = await object.list({});
    expect(entries.map((entry) => [entry.seq, entry.name])).toEqual([
      [3, "c"],
      [2, "b"],
      [1, "a"],
    ]);
    expect(entries[0]?.sentence).toBe("A track call needs an event name.");
    expect(hidden).toBe(0);
  });

  it("survives eviction and goes on counting", async () => {
    const object = newDebugger();
    await object.record(observation([sample("a")], { accepted: 5 }));
    await evictDurableObject(object);
    await object.record(observation([sample("b")]));
    const { entries, hidden } = await object.list({});
    expect(entries.map((entry) => [entry.seq, entry.name])).toEqual([
      [2, "b"],
      [1, "a"],
    ]);
    expect(hidden).toBe(4);
  });

  it("keeps the newest 500, in one stored row per push and not one more than it needs", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const object = newDebugger();
    for (let push = 0; push < 70; push++) {
      vi.setSystemTime(Date.now() + 10_000);
      await object.record(observation(Array.from({ length: 10 }, (_unused, n) => sample(`${push}.${n}`))));
    }
    const { entries } = await object.list({});
    expect(entries).toHaveLength(500);
    expect([entries[0]?.name, entries.at(-1)?.name]).toEqual(["69.9", "20.0"]);
    const rows = await runInDurableObject(object, (_object, state) =>
      state.storage.sql.exec<{ slot: number }>("SELECT slot FROM pages").toArray(),
    );
    expect(rows).toHaveLength(50);
    await evictDurableObject(object);
    expect((await object.list({})).entries).toEqual(entries);
  });

  it("stores a push of the largest payloads without breaking a row, and counts what does not fit", async () => {
    const object = newDebugger();
    const big = Array.from({ length: 60 }, (_unused, n) => sample(`${n}`, { raw: `"${"ü".repeat(16_000)}"` }));
    await object.record(observation(big));
    const { entries, hidden } = await object.list({});
    expect(entries.length).toBeGreaterThan(20);
    expect(entries.length + hidden).toBe(60);
  });

  it("shows a hot source as a sample in which refused events are not drowned", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const object = newDebugger();
    const refused = { status: "refused", reason: "bad_request" } as const;
    for (let push = 0; push < 10; push++) {
      const samples = Array.from({ length: 100 }, (_unused, n) => sample(`${n}`, n % 20 === 0 ? refused : {}));
      await object.record(observation(samples, { accepted: 9_995, "refused:bad_request": 5 }));
    }
    const { entries, hidden } = await object.list({});
    expect(entries).toHaveLength(DEBUGGER.burst);
    expect(entries.filter((entry) => entry.status === "refused")).toHaveLength(10);
    expect(entries.length + hidden).toBe(100_000);
  });

  it("searches and filters on the server", async () => {
    const object = newDebugger();
    const refund = sample("Refund", { raw: '{"event":"Refund","properties":{"order":"A-17"}}' });
    await object.record(observation([sample("Order"), refund, sample("Order", { status: "duplicate" })]));
    const names = async (filter: Parameters<typeof object.list>[0]) =>
      (await object.list(filter)).entries.map((e) => e.name);
    expect(await names({ q: "a-17" })).toEqual(["Refund"]);
    expect(await names({ event: "order", status: "accepted" })).toEqual(["Order"]);
    expect((await object.list({ event: "order" }, 1)).entries).toHaveLength(1);
  });

  it("forgets everything when its source is deleted", async () => {
    const object = newDebugger();
    const { socket } = await watch(object);
    const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
    await object.record(observation([sample("a")]));
    await object.clear();
    expect(await closed).toBe(1001);
    expect((await object.list({})).entries).toEqual([]);
  });
});

describe("the live socket", () => {
  it("replays the ring once and then tells what arrives", async () => {
    const object = newDebugger();
    expect(await object.record(observation([sample("a"), sample("b")]))).toEqual({ watching: false });
    const view = await watch(object);
    await view.frame(0);
    expect(view.frames[0]?.kind).toBe("ring");
    expect(view.names(0)).toEqual(["b", "a"]);
    expect(await object.record(observation([sample("c")], { accepted: 3 }))).toEqual({ watching: true });
    expect(await view.frame(1)).toMatchObject({ kind: "entries", hidden: 2, entries: [{ name: "c", seq: 3 }] });
  });

  it("answers an empty ring too, so that a page knows there is nothing", async () => {
    const view = await watch(newDebugger());
    expect(await view.frame(0)).toEqual({ kind: "ring", entries: [], hidden: 0 });
  });

  it("shows each socket only what its filter lets through, and a new filter's ring", async () => {
    const object = newDebugger();
    await object.record(observation([sample("Order"), sample("Refund")]));
    const view = await watch(object, "?event=order");
    await view.frame(0);
    expect(view.names(0)).toEqual(["Order"]);
    await object.record(observation([sample("Refund 2"), sample("Order 2")]));
    await view.frame(1);
    expect(view.names(1)).toEqual(["Order 2"]);
    view.say({ kind: "filter", q: "refund" });
    await view.frame(2);
    expect(view.frames[2]?.kind).toBe("ring");
    expect(view.names(2)).toEqual(["Refund 2", "Refund"]);
  });

  it("says nothing while paused, and catches up on resume", async () => {
    const object = newDebugger();
    const view = await watch(object);
    await view.frame(0);
    view.say({ kind: "pause" });
    await vi.waitUntil(async () => !(await object.record(observation([]))).watching, PATIENT);
    const before = view.frames.length;
    await object.record(observation([sample("missed")]));
    view.say({ kind: "resume" });
    await view.frame(before);
    expect(view.frames).toHaveLength(before + 1);
    expect(view.names(before)).toEqual(["missed"]);
  });

  it("keeps filter and pause through hibernation", async () => {
    const object = newDebugger();
    const view = await watch(object, "?event=order");
    await view.frame(0);
    await evictDurableObject(object);
    await object.record(observation([sample("Refund"), sample("Order")]));
    await view.frame(1);
    expect(view.names(1)).toEqual(["Order"]);
  });

  it("sends a returning page only what it has not seen", async () => {
    const object = newDebugger();
    await object.record(observation([sample("a"), sample("b")]));
    const view = await watch(object, "?since=1");
    await view.frame(0);
    expect(view.names(0)).toEqual(["b"]);
  });

  it("cuts a large ring into frames below 1 MiB", async () => {
    const object = newDebugger();
    const big = (n: number) => sample(`${n}`, { raw: `"${"ü".repeat(10_000)}"` });
    for (let push = 0; push < 4; push++)
      await object.record(observation(Array.from({ length: 25 }, (_u, n) => big(n))));
    const view = await watch(object);
    const total = () => view.frames.reduce((sum, frame) => sum + frame.entries.length, 0);
    await vi.waitUntil(() => total() === 100, PATIENT);
    expect(view.frames.map((frame) => frame.kind)).toEqual(["ring", "entries", "entries", "entries"]);
    for (const text of view.texts) expect(new TextEncoder().encode(text).length).toBeLessThan(1 << 20);
  });

  it("answers ping without waking, and names what it did not understand", async () => {
    const view = await watch(newDebugger());
    view.socket.send("ping");
    await vi.waitUntil(() => view.texts.includes("pong"), PATIENT);
    view.socket.send("not json");
    await vi.waitUntil(() => view.texts.some((text) => text.includes('"kind":"error"')), PATIENT);
    view.say({ kind: "filter", type: "purchase" });
    await vi.waitUntil(() => view.texts.filter((text) => text.includes('"kind":"error"')).length === 2, PATIENT);
  });

  it("goes on for the others when one socket is gone or broken", async () => {
    const object = newDebugger();
    const gone = await watch(object);
    await watch(object, "?event=broken");
    const view = await watch(object);
    await view.frame(0);
    gone.socket.close(1000, "bye");
    await runInDurableObject(object, (_object, state) => {
      const broken = state.getWebSockets().find((socket) => socket.deserializeAttachment().filter.event === "broken");
      if (broken === undefined) throw new Error("the broken socket is not there");
      vi.spyOn(broken, "send").mockImplementation(() => {
        throw new TypeError("Can't call WebSocket send() after close().");
      });
      broken.close(1011, "broken");
    });
    await object.record(observation([sample("a"), sample("broken")]));
    await view.frame(1);
    expect(view.names(1)).toEqual(["broken", "a"]);
  });

  it("completes the closing handshake", async () => {
    const view = await watch(newDebugger());
    await view.frame(0);
    const closed = new Promise<number>((resolve) => view.socket.addEventListener("close", ({ code }) => resolve(code)));
    view.socket.close(1000, "bye");
    expect(await closed).toBe(1000);
  });

  it("closes a page that pinged once and then fell silent", async () => {
    const object = newDebugger();
    const view = await watch(object);
    view.socket.send("ping");
    await vi.waitUntil(() => view.texts.includes("pong"), PATIENT);
    const closed = new Promise<number>((resolve) => view.socket.addEventListener("close", ({ code }) => resolve(code)));
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 200_000);
    await object.record(observation([sample("a")]));
    expect(await closed).toBe(1001);
  });

  it.each([
    ["a request that is no upgrade", "", {}, 426],
    ["a filter that does not exist", "?status=lost", { upgrade: "websocket" }, 400],
  ])("refuses %s", async (_what, query, headers, status) => {
    const response = await newDebugger().fetch(`https://inlet.test/live${query}`, { headers: new Headers(headers) });
    expect(response.status).toBe(status);
    await response.text();
  });

  it("refuses more live views than one object should serve", async () => {
    const object = newDebugger();
    for (let n = 0; n < DEBUGGER.sockets; n++) await watch(object);
    const response = await object.fetch("https://inlet.test/live", { headers: { upgrade: "websocket" } });
    expect(response.status).toBe(429);
    await response.text();
  });
});
