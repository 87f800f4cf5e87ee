import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { marksOf } from "../../durable/archive-index/marks.ts";
import { indexOf, newSourceId } from "../support/archive-index.ts";

it("what changes while it is passed on twice at once stays due, whichever of the two fails first", async () => {
  await runInDurableObject(indexOf(newSourceId()), async (_, { storage }) => {
    const marks = marksOf(storage.sql, "hours");
    marks.mark(0, { seq: 1, due: 0 });
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const failing = marks.passOn([0], 1, () => first.promise);
    const working = marks.passOn([0], 1, () => second.promise);
    first.reject(new Error("out of reach"));
    await expect(failing).rejects.toThrow("out of reach");
    marks.mark(0, { seq: 2, due: 5 });
    second.resolve();
    await working;
    expect(marks.due(10, 10)).toEqual([0]);
  });
});
