import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addAlone, appendDurably } from "../../src/bindings/append.ts";
import type { SourceContext } from "../../src/core/source.ts";

type Answer = { status: "appended"; duplicates: number[] };

const route = { sourceId: "src_1", shards: 1, epoch: 1, windowMs: 1, drainAfterMs: 1, drainAfterBytes: 1 };
const source = { id: "src_1", route } as SourceContext;
const events = ["a", "b"].map((messageId) => ({ messageId, line: "{}", kind: "track\n\n" }));

/** Bindings whose one Intake answers with `answer`; what overflows is kept. */
function bindings(answer: () => Promise<Answer>) {
  const overflowed: unknown[] = [];
  const env = {
    INTAKE: { getByName: () => ({ add: answer }) },
    OVERFLOW: { send: async (body: unknown) => void overflowed.push(body) },
  };
  return { overflowed, env: env as unknown as Pick<Env, "INTAKE" | "OVERFLOW"> };
}

describe("an append to an object that does not answer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockReturnValue();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("counts as refused after 8 s, and the events are parked", async () => {
    const { env, overflowed } = bindings(() => new Promise(() => {}));
    const over = vi.fn();
    const result = appendDurably(addAlone(env), env, source, events, 0, async () => undefined).finally(over);
    await vi.advanceTimersByTimeAsync(7999);
    expect(over).not.toHaveBeenCalled();
    expect(overflowed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toEqual({ status: "stored", duplicates: [] });
    expect(overflowed).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does no harm when it answers or fails too late", async () => {
    const late = Promise.withResolvers<Answer>();
    const { env } = bindings(() => late.promise);
    const result = appendDurably(addAlone(env), env, source, events, 0, async () => undefined);
    await vi.advanceTimersByTimeAsync(8000);
    late.reject(new Error("the object was reset"));
    expect(await result).toEqual({ status: "stored", duplicates: [] });
  });

  test("leaves no timer behind once it was answered, or refused", async () => {
    const { env } = bindings(async () => ({ status: "appended", duplicates: [1] }));
    expect(await appendDurably(addAlone(env), env, source, events, 0, async () => undefined)).toMatchObject({
      duplicates: [1],
    });
    const refusing = bindings(() => Promise.reject(new Error("overloaded")));
    await appendDurably(addAlone(refusing.env), refusing.env, source, events, 0, async () => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });
});
