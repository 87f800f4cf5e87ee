import { describe, expect, it, vi } from "vitest";
import { acceptCall, refuseRequest, type CollectCall } from "../../src/collect/accept.ts";
import { kindOf } from "../../src/core/event-kind.ts";
import { SourceSettings } from "../../src/core/source.ts";
import { createTestSource, memoryAcceptDeps, NOON } from "../support/memory-deps.ts";

const call = (messages: readonly unknown[], more: Partial<CollectCall> = {}): CollectCall => ({
  messages,
  batch: true,
  writeKeys: ["wk_1"],
  client: { clientSide: false },
  ...more,
});

const track = (messageId: string, more: Record<string, unknown> = {}) => ({
  type: "track",
  event: "x",
  userId: "u",
  messageId,
  ...more,
});

async function accept(messages: readonly unknown[], deps = memoryAcceptDeps(), more: Partial<CollectCall> = {}) {
  const { outcome, after } = await acceptCall(call(messages, more), deps);
  await after;
  return outcome;
}

describe("a batch", () => {
  it("keeps its good messages when others are refused, and says so of each in order", async () => {
    const deps = memoryAcceptDeps();
    const outcome = await accept([track("a"), { type: "track", messageId: "b", userId: "u" }, track("c"), 5], deps);
    expect(outcome).toMatchObject({
      status: "answered",
      items: [
        { messageId: "a", status: "accepted" },
        { messageId: "b", status: "refused", rejection: { reason: "event_not_defined" } },
        { messageId: "c", status: "accepted" },
        { status: "refused", rejection: { reason: "message_not_object" } },
      ],
    });
    expect(deps.stored.map((event) => event.messageId)).toEqual(["a", "c"]);
    expect(deps.counts()).toEqual({ "refused:event_not_defined": 1, "refused:message_not_object": 1 });
    expect(deps.samples().map((sample) => [sample.messageId, sample.reason, sample.receivedAt])).toEqual([
      ["b", "event_not_defined", NOON],
      [undefined, "message_not_object", NOON],
    ]);
  });

  it("names what was there before, also within itself and between refused ones", async () => {
    const deps = memoryAcceptDeps();
    await accept([track("a")], deps);
    const outcome = await accept([{}, track("a"), track("b"), track("b")], deps);
    expect(outcome).toMatchObject({
      items: [{ status: "refused" }, { status: "duplicate" }, { status: "accepted" }, { status: "duplicate" }],
    });
    expect(deps.stored).toHaveLength(2);
  });

  it("has one receivedAt for all its messages", async () => {
    const deps = memoryAcceptDeps();
    deps.now = () => deps.clock++;
    await accept([track("a"), track("b"), track("c")], deps);
    expect(new Set(deps.stored.map((event) => event.receivedAt))).toEqual(new Set(["2026-11-22T12:00:00.000Z"]));
  });

  it("of nothing is refused", async () => {
    const deps = memoryAcceptDeps();
    expect(await accept([], deps)).toMatchObject({ status: "refused", rejection: { reason: "empty_batch" } });
    expect(deps.counts()).toEqual({ "refused:empty_batch": 1 });
  });

  it("of 2,500 goes in, of 2,501 does not; so many are counted at most, and fifty are shown", async () => {
    const deps = memoryAcceptDeps();
    const messages = Array.from({ length: 2501 }, (_, i) => track(`m${i}`));
    expect(await accept(messages.slice(0, 2500), deps)).toMatchObject({ status: "answered" });
    expect(deps.stored).toHaveLength(2500);
    expect(await accept(messages, deps)).toMatchObject({
      status: "refused",
      rejection: { reason: "batch_too_many_items" },
    });
    expect(deps.stored).toHaveLength(2500);
    expect(deps.counts()).toEqual({ "refused:batch_too_many_items": 2500 });
    expect(deps.samples()).toHaveLength(50);
  });

  it("stops growing at 4 MB of lines when its shared context is multiplied", async () => {
    const deps = memoryAcceptDeps();
    const messages = Array.from({ length: 1000 }, (_, i) => track(`m${i}`));
    const outcome = await accept(messages, deps, { shared: { context: { x: "y".repeat(20_000) } } });
    expect(deps.lines.reduce((sum, line) => sum + line.length, 0)).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(deps.stored.length).toBeGreaterThan(100);
    expect(outcome.status === "answered" && outcome.items.at(-1)).toMatchObject({
      rejection: { reason: "message_too_large" },
    });
  });

  it("is not looked through to its end once the shared context has used up its 4 MB, stored or refused", async () => {
    let looks = 0;
    const watched = (more: Record<string, unknown>) =>
      Object.defineProperty({ ...track("m"), ...more }, "type", {
        enumerable: true,
        get: () => (looks++, "track"),
      });
    const messages = Array.from({ length: 1250 }, (_, i) => [
      watched({ messageId: `m${i}` }),
      watched({ userId: null, context: {} }),
    ]).flat();
    await accept(messages, memoryAcceptDeps(), { shared: { context: { x: "y".repeat(60_000) } } });
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(messages.length / 2);
  });

  it("with a context that no message could be stored with is refused as a whole", async () => {
    const deps = memoryAcceptDeps();
    const shared = {
      context: { x: "y".repeat(40_000) },
      integrations: { All: true, Other: { x: "y".repeat(30_000) } },
    };
    expect(await accept([track("a"), track("b")], deps, { shared })).toMatchObject({
      status: "refused",
      rejection: { reason: "message_too_large", detail: "the batch's context alone" },
    });
    expect(deps.counts()).toEqual({ "refused:message_too_large": 2 });
  });

  it("with a context that is no object is refused as a whole", async () => {
    expect(await accept([track("a")], memoryAcceptDeps(), { shared: { context: 5 } })).toMatchObject({
      status: "refused",
      rejection: { reason: "context_not_object" },
    });
  });
});

describe("whose call it is", () => {
  it("is decided by the first key that a source has", async () => {
    const deps = memoryAcceptDeps(createTestSource(), createTestSource({ id: "src_2", writeKeys: ["wk_2", "wk_2b"] }));
    await accept([track("a")], deps, { writeKeys: ["nobody", "wk_2b", "wk_1"] });
    expect(deps.stored[0]?.projectId).toBe("src_2");
  });

  it.each([[["nobody"]], [[]]])("nobody's, with keys %j: counted, stored nowhere", async (writeKeys) => {
    const deps = memoryAcceptDeps();
    expect(await accept([track("a"), track("b")], deps, { writeKeys })).toMatchObject({
      rejection: { reason: "unknown_source" },
    });
    expect(deps.unknown).toEqual([{ reason: "unknown_source", count: 2 }]);
    expect(deps.stored).toEqual([]);
  });

  it("a source that is switched off takes nothing in and shows what came", async () => {
    const deps = memoryAcceptDeps(createTestSource({ enabled: false }));
    expect(await accept([track("a"), track("b")], deps)).toMatchObject({ rejection: { reason: "source_disabled" } });
    expect(deps.counts()).toEqual({ "refused:source_disabled": 2 });
    expect(deps.samples().map((sample) => sample.messageId)).toEqual(["a", "b"]);
  });

  it("a browser origin off the list is refused, another client is not", async () => {
    const settings = SourceSettings.parse({ allowedOrigins: ["https://*.example.com"] });
    const deps = memoryAcceptDeps(createTestSource({ settings }));
    const from = (origin: string) => ({ client: { clientSide: true, origin } });
    expect(await accept([track("a")], deps, from("https://evil.test"))).toMatchObject({
      rejection: { reason: "origin_not_allowed", detail: "https://evil.test" },
    });
    expect(await accept([track("a")], deps, from("https://shop.example.com"))).toMatchObject({ status: "answered" });
    expect(await accept([track("b")], deps)).toMatchObject({ status: "answered" });
  });
});

describe("a client is told to come back", () => {
  it("when its source is over its rate; the call is shown once, however large", async () => {
    const deps = memoryAcceptDeps();
    deps.withinLimit = false;
    expect(await accept([track("a"), track("b")], deps)).toMatchObject({ rejection: { reason: "rate_limited" } });
    expect(deps.counts()).toEqual({ "refused:rate_limited": 2 });
    expect(deps.samples()).toHaveLength(1);
    deps.withinLimit = true;
    expect(await accept([track("a"), track("b")], deps)).toMatchObject({
      items: [{ status: "accepted" }, { status: "accepted" }],
    });
  });

  it("when nothing durable can be had, though some of its messages were refused for good", async () => {
    const deps = memoryAcceptDeps();
    deps.reachable.storage = false;
    expect(await accept([track("a"), 5], deps)).toMatchObject({
      status: "refused",
      rejection: { reason: "unavailable" },
    });
    expect(deps.counts()).toEqual({ "refused:unavailable": 2 });
  });

  it("but not when only refused messages would have been lost", async () => {
    const deps = memoryAcceptDeps();
    deps.reachable.storage = false;
    expect(await accept([5], deps)).toMatchObject({ status: "answered", items: [{ status: "refused" }] });
  });

  it("when no directory can be had, and the cause is logged", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const deps = memoryAcceptDeps();
    deps.reachable.directory = false;
    expect(await accept([track("a")], deps)).toMatchObject({ rejection: { reason: "unavailable" } });
    expect(deps.unknown).toEqual([{ reason: "unavailable", count: 1 }]);
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });
});

describe("the kinds of what was refused", () => {
  const kindsIn = (deps: ReturnType<typeof memoryAcceptDeps>) => deps.observations.flatMap(({ kinds }) => kinds ?? []);
  const nobody = { userId: null, anonymousId: null };

  it("are told by reason, as far as a message says what it is", async () => {
    const deps = memoryAcceptDeps();
    await accept([{ ...track("a"), ...nobody }, { ...track("b"), ...nobody }, { type: "buy" }, 7, track("c")], deps);
    expect(kindsIn(deps)).toEqual([{ reason: "no_user_anon_id", kind: kindOf(track("a"), "track"), count: 2 }]);
  });

  it("are told of every message of a request that is refused as a whole, though not each is shown", async () => {
    const deps = memoryAcceptDeps(createTestSource({ enabled: false }));
    await accept(
      Array.from({ length: 80 }, (_, i) => track(`m${i}`)),
      deps,
    );
    expect(kindsIn(deps)).toEqual([{ reason: "source_disabled", kind: kindOf(track("a"), "track"), count: 80 }]);
    expect(deps.samples()).toHaveLength(50);
  });
});

describe("telling others", () => {
  it("is not waited for and cannot fail the call", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const deps = memoryAcceptDeps();
    deps.observe = () => Promise.reject(new Error("debugger is down"));
    const { outcome, after } = await acceptCall(call([track("a"), 5]), deps);
    expect(outcome).toMatchObject({ status: "answered", items: [{ status: "accepted" }, { status: "refused" }] });
    await expect(after).resolves.toBeUndefined();
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  it("is not needed when all went well: Intake tells of what it stored", async () => {
    expect((await acceptCall(call([track("a")]), memoryAcceptDeps())).after).toBeUndefined();
  });
});

describe("an unreadable request", () => {
  const broken = { rejection: { reason: "bad_request", detail: "Unexpected end" }, raw: '{"event":' } as const;

  it("is shown at the source its key names", async () => {
    const deps = memoryAcceptDeps();
    const { outcome, after } = refuseRequest({ ...broken, writeKeys: ["wk_1"], impliedType: "track" }, deps);
    await after;
    expect(outcome).toEqual({ status: "refused", rejection: broken.rejection });
    expect(deps.samples()).toEqual([
      { receivedAt: NOON, status: "refused", reason: "bad_request", detail: "Unexpected end", raw: '{"event":' },
    ]);
    expect(deps.counts()).toEqual({ "refused:bad_request": 1 });
  });

  it("of nobody is counted as such", async () => {
    const deps = memoryAcceptDeps();
    await refuseRequest({ ...broken, writeKeys: ["nobody"] }, deps).after;
    expect(deps.unknown).toEqual([{ reason: "unknown_source", count: 1 }]);
  });
});
