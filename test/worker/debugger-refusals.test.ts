import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Sample } from "../../src/core/sample.ts";

const sample = (messageId: string, more: Partial<Sample>): Sample => ({
  receivedAt: Date.now(),
  status: "accepted",
  messageId,
  raw: "{}",
  ...more,
});

it("tells of the latest refusals of one messageId, and of nothing that only looks like it", async () => {
  const object = env.DEBUGGER.getByName("refusals of one");
  const refused = (messageId: string, detail: string) =>
    sample(messageId, { status: "refused", reason: "id_required", detail });
  const samples = [
    ...Array.from({ length: 25 }, (_, i) => refused("m1", `try ${i}`)),
    refused("m1-b", "another"),
    sample("m1", {}),
  ];
  await object.record({ sourceId: "s", at: Date.now(), counts: {}, samples });
  const details = (await object.refusals("m1")).map(({ detail }) => detail);
  expect(details).toEqual(Array.from({ length: 20 }, (_, i) => `try ${i + 5}`));
  expect(await object.refusals("m")).toEqual([]);
});
