import { describe, expect, it } from "vitest";
import { Event, type EventType } from "../../src/core/event.ts";
import { normalise, openArrival, type ArrivalFacts } from "../../src/core/normalise.ts";

const RECEIVED = "2026-11-22T12:00:00.000Z";

function arrive(facts: Partial<ArrivalFacts> = {}) {
  const arrival = openArrival({
    projectId: "src_1",
    impliedType: undefined,
    sender: { clientSide: false },
    receivedAt: Date.parse(RECEIVED),
    ...facts,
  });
  if (!arrival.ok) throw new Error(arrival.error.reason);
  return arrival.value;
}

const outcome = (raw: unknown, facts?: Partial<ArrivalFacts>) => normalise(raw, arrive(facts), () => "made-1");

function stored(raw: unknown, facts?: Partial<ArrivalFacts>): Record<string, unknown> {
  const result = outcome(raw, facts);
  if (!result.ok) throw new Error(result.error.reason);
  return JSON.parse(result.value.line) as Record<string, unknown>;
}

const track = (more: Record<string, unknown> = {}) => ({
  type: "track",
  event: "Clicked",
  userId: "u1",
  messageId: "m1",
  ...more,
});

describe("what is stored", () => {
  it("is the client's message plus what the collector adds, and nothing of it is lost", () => {
    const sent = track({
      properties: { a: [1, { b: null }], π: "ß" },
      custom: { deep: true },
      timestamp: "2026-11-22T11:00:00.000Z",
    });
    expect(stored(sent)).toEqual({
      ...sent,
      context: {},
      integrations: {},
      timestamp: "2026-11-22T11:00:00.000Z",
      originalTimestamp: "2026-11-22T11:00:00.000Z",
      receivedAt: RECEIVED,
      channel: "server",
      version: 2,
      projectId: "src_1",
    });
  });

  it("satisfies the schema everything downstream reads", () => {
    expect(() => Event.parse(stored(track()))).not.toThrow();
  });

  it("never holds the write key, and overwrites what only the collector may say", () => {
    const event = stored(track({ writeKey: "wk", projectId: "other", receivedAt: "1999", channel: "x", version: "9" }));
    expect(event).toMatchObject({ projectId: "src_1", receivedAt: RECEIVED, channel: "server", version: 2 });
    expect(event).not.toHaveProperty("writeKey");
  });

  it("keeps _metadata for debugging: deliveries take it off", () => {
    expect(stored(track({ _metadata: { bundled: ["x"] } }))["_metadata"]).toEqual({ bundled: ["x"] });
  });

  it("leaves the caller's objects alone", () => {
    const raw = track({ context: { page: { title: "t" } }, properties: JSON.parse('{"__proto__":{"x":1},"y":2}') });
    const before = JSON.stringify(raw);
    outcome(raw, { sender: { ip: "203.0.113.9", userAgent: "UA", clientSide: true }, shared: { context: { a: 1 } } });
    expect(JSON.stringify(raw)).toBe(before);
  });
});

describe("ids and types", () => {
  it("assigns a messageId when it is missing, null or empty", () => {
    for (const messageId of [undefined, null, ""]) expect(stored(track({ messageId }))["messageId"]).toBe("made-1");
  });

  it("lets the path say the type, over what the body says", () => {
    expect(stored({ event: "x", userId: "u" }, { impliedType: "track" })["type"]).toBe("track");
    expect(stored({ type: "identify", event: "x", userId: "u" }, { impliedType: "track" })["type"]).toBe("track");
  });

  it.each([undefined, "merge", "Track", 5, null])("refuses type %j where no path says one", (type) => {
    const result = outcome({ ...track(), type });
    expect(result.ok ? "" : result.error.reason).toBe("type_not_supported");
  });

  it("reads an empty userId as nobody", () => {
    expect(stored(track({ userId: "", anonymousId: "a" }))).toMatchObject({ userId: null, anonymousId: "a" });
    expect(stored(track({ anonymousId: "" }))).not.toHaveProperty("anonymousId");
  });

  it("gives an alias without previousId the anonymousId, as analytics.js does", () => {
    expect(stored({ type: "alias", userId: "u", anonymousId: "a" })["previousId"]).toBe("a");
  });

  it("finds RudderStack's traits in the context of an identify", () => {
    const context = { traits: { email: "a@b.example" } };
    expect(stored({ type: "identify", userId: "u", context })).toMatchObject({ traits: context.traits, context });
    expect(stored({ type: "identify", userId: "u", context, traits: {} })["traits"]).toEqual({});
    expect(stored(track({ context }))).not.toHaveProperty("traits");
  });

  it.each([[[1]], ["text"], [5], [null], [true]])("refuses %j as a message", (raw) => {
    const result = outcome(raw);
    expect(result.ok ? "" : result.error.reason).toBe("message_not_object");
  });
});

describe("batch-level fields", () => {
  it("lie under the item's own, whole keys at a time", () => {
    const shared = {
      context: { library: { name: "l" }, page: { url: "https://b.example" } },
      integrations: { All: false, X: true },
    };
    const event = stored(track({ context: { page: { title: "t" } }, integrations: { X: false } }), { shared });
    expect(event["context"]).toEqual({ library: { name: "l" }, page: { title: "t" } });
    expect(event["integrations"]).toEqual({ All: false, X: false });
  });

  it("give sentAt to items that have none of their own", () => {
    const facts = { shared: { sentAt: "2026-11-22T13:00:00.000Z" } };
    expect(stored(track({ timestamp: "2026-11-22T12:59:00.000Z" }), facts)).toMatchObject({
      timestamp: "2026-11-22T11:59:00.000Z",
      originalTimestamp: "2026-11-22T12:59:00.000Z",
      sentAt: "2026-11-22T13:00:00.000Z",
    });
    const own = track({ timestamp: "2026-11-22T11:59:00.000Z", sentAt: "2026-11-22T11:59:59.000Z" });
    expect(stored(own, facts)).toMatchObject({ timestamp: "2026-11-22T11:59:00.000Z", sentAt: own["sentAt" as never] });
  });

  it("give a sentAt only when it can be a date: a nested one would be copied into each item", () => {
    const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    for (const sentAt of [deep, JSON.parse('{"__proto__":1}') as unknown, true]) {
      expect(stored(track(), { shared: { sentAt } })).not.toHaveProperty("sentAt");
    }
  });

  it.each([
    [{ context: "x" }, "context_not_object"],
    [{ integrations: [] }, "integrations_not_object"],
  ])("are refused when %j", (shared, reason) => {
    const arrival = openArrival({
      projectId: "s",
      impliedType: undefined,
      sender: { clientSide: false },
      receivedAt: 0,
      shared,
    });
    expect(arrival.ok ? "" : arrival.error.reason).toBe(reason);
  });
});

describe("timestamps in the line", () => {
  it("keep what the client said even when it cannot be read", () => {
    expect(stored(track({ timestamp: "soon" }))).toMatchObject({ timestamp: RECEIVED, originalTimestamp: "soon" });
  });

  it("read RudderStack's originalTimestamp when there is no timestamp", () => {
    const event = stored(track({ originalTimestamp: "2026-11-22T11:58:00.000Z", sentAt: "2026-11-22T12:00:00.000Z" }));
    expect(event).toMatchObject({
      timestamp: "2026-11-22T11:58:00.000Z",
      originalTimestamp: "2026-11-22T11:58:00.000Z",
    });
  });

  it("invent no originalTimestamp and no sentAt", () => {
    const event = stored(track());
    expect(event).not.toHaveProperty("originalTimestamp");
    expect(event).not.toHaveProperty("sentAt");
    expect(event["timestamp"]).toBe(RECEIVED);
  });
});

describe("ip and user agent", () => {
  const device = { ip: "203.0.113.9", userAgent: "Mozilla/5.0", clientSide: true };
  const server = { ip: "203.0.113.9", userAgent: "my-server/1", clientSide: false };

  it("come from the connection of a person's device", () => {
    expect(stored(track(), { sender: device })).toMatchObject({
      channel: "client",
      context: { ip: "203.0.113.9", userAgent: "Mozilla/5.0" },
    });
  });

  it("never come from a server's connection, except the ip when it asks with context.direct", () => {
    expect(stored(track(), { sender: server })["context"]).toEqual({});
    expect(stored(track({ context: { direct: true } }), { sender: server })["context"]).toEqual({
      direct: true,
      ip: "203.0.113.9",
    });
  });

  it("are the client's own when it sent any, 0.0.0.0 included", () => {
    const context = { ip: "0.0.0.0", userAgent: "Own" };
    expect(stored(track({ context }), { sender: device })["context"]).toEqual(context);
  });

  it("are not filled with IPv6, nor kept when no text", () => {
    expect(stored(track(), { sender: { ip: "2001:db8::1", clientSide: true } })["context"]).toEqual({});
    expect(stored(track({ context: { ip: { $ne: 1 } } }), { sender: device })["context"]).toMatchObject({
      ip: "203.0.113.9",
    });
  });

  it("know mobile libraries that post to a server path", () => {
    const context = { library: { name: "analytics-ios", version: "4.1" } };
    expect(stored(track({ context }), { sender: server })).toMatchObject({
      channel: "client",
      context: { ip: "203.0.113.9" },
    });
  });
});

describe("hostile messages", () => {
  const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

  it("may be 64 levels deep below the message, not 65", () => {
    expect(outcome(track({ properties: { a: nested(62) } })).ok).toBe(true);
    const deep = outcome(track({ properties: { a: nested(64) } }));
    expect(deep.ok ? "" : deep.error.reason).toBe("message_too_deep");
  });

  it("a hundred thousand levels are refused like sixty-five", () => {
    const result = outcome(track({ properties: { a: nested(100_000) } }));
    expect(result.ok ? "" : result.error.reason).toBe("message_too_deep");
  });

  it("lose prototype-changing keys and nothing else; a racing team may be a constructor", () => {
    const raw = JSON.parse(
      '{"type":"track","event":"x","userId":"u","__proto__":{"admin":true},"properties":{"constructor":"Ferrari","prototype":1,"n":[{"__proto__":1,"k":2}],"c":{"constructor":{"prototype":{"x":1}}}}}',
    ) as unknown;
    const event = stored(raw);
    expect(event["properties"]).toEqual({ constructor: "Ferrari", prototype: 1, n: [{ k: 2 }], c: {} });
    expect(Object.keys(event)).not.toContain("__proto__");
    expect(event["_metadata"]).toEqual({ inlet: { droppedKeys: 3 } });
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("keep unicode, lone surrogates and numbers as exact as a double", () => {
    const raw = JSON.parse(
      String.raw`{"type":"track","event":"x","userId":"u","properties":{"lone":"a\ud800b","emoji":"👩‍🚀","nul":"\u0000","ls":"\u2028\n","n":[0.1,1e21,9007199254740993,-1.5e-300,5e-324]}}`,
    ) as Record<string, unknown>;
    expect(stored(raw)["properties"]).toEqual(raw["properties"]);
    const result = outcome(raw);
    expect(result.ok && /[\n\r]/.test(result.value.line)).toBe(false);
  });

  it("may be 32 kB large, not a byte more, whatever the batch adds", () => {
    const sized = (bytes: number) => {
      const base = JSON.stringify(track({ properties: { x: "" } })).length;
      return track({ properties: { x: "é".repeat((bytes - base) / 2) + "a".repeat((bytes - base) % 2) } });
    };
    const shared = { context: { x: "y".repeat(20_000) } };
    expect(outcome(sized(32 * 1024), { shared }).ok).toBe(true);
    const over = outcome(sized(32 * 1024 + 1));
    expect(over.ok ? "" : over.error.reason).toBe("message_too_large");
  });

  it("cannot grow without bound by the batch's context", () => {
    const result = outcome(track({ traits: { x: "y".repeat(10_000) } }), {
      shared: { context: { x: "y".repeat(60_000) } },
    });
    expect(result.ok ? "" : result.error).toEqual({
      reason: "message_too_large",
      detail: "with the batch's context added",
    });
  });
});

it("every type has a message that gets in", () => {
  const messages: Record<EventType, Record<string, unknown>> = {
    identify: { traits: {} },
    track: { event: "x" },
    page: { name: "Home" },
    screen: { name: "Home" },
    group: { groupId: "g" },
    alias: { previousId: "p" },
  };
  for (const [type, message] of Object.entries(messages))
    expect(stored({ type, userId: "u", ...message })["type"]).toBe(type);
});
