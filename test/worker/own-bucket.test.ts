import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createPutObject } from "../../src/bindings/object-store.ts";
import { findDestination } from "../../src/destinations/registry.ts";
import type { DestinationTools } from "../../src/destinations/destination.ts";

const tools: DestinationTools = {
  fetch: () => Promise.reject(new Error("nothing is to be sent")),
  hmacSha1Hex: async () => "",
  now: () => Date.now(),
  // The archive stands in for a bucket that somebody has bound for destinations.
  putObject: createPutObject({ ...env, EXPORTS: env.ARCHIVE }),
};
const EVENTS = ["m1", "m2"].map((messageId) => ({
  type: "track",
  messageId,
  projectId: "src_own_bucket",
  receivedAt: "2026-11-22T10:00:01.000Z",
}));
const MAPPING = { data: { "@path": "$." }, enable_batching: true };

async function store(binding: string) {
  const destination = await findDestination("bucket");
  const opened = destination!.open(
    { binding, prefix: "raw" },
    { destinationId: "dst_1", saveTokens: async () => undefined },
  );
  if (!opened.ok) throw new Error(opened.error);
  const { signal } = new AbortController();
  return opened.value.perform({ actionId: "store", mapping: MAPPING, events: EVENTS, tools, signal });
}

describe("a bucket destination with an R2 binding, in the runtime", () => {
  it("puts gzip lines in Segment's layout, the same again in the same place", async () => {
    expect(await store("EXPORTS")).toEqual([{ status: "delivered" }, { status: "delivered" }]);
    await store("EXPORTS");
    const { objects } = await env.ARCHIVE.list({ prefix: "raw/segment-logs/src_own_bucket/" });
    expect(objects).toHaveLength(1);
    expect(objects[0]!.key).toMatch(/\/1795305600000\/\d+-[0-9a-f]{32}\.gz$/);
    const stored = await env.ARCHIVE.get(objects[0]!.key);
    expect(stored!.httpMetadata?.contentType).toBe("application/gzip");
    const text = await new Response(stored!.body.pipeThrough(new DecompressionStream("gzip"))).text();
    expect(text).toBe(EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(""));
  });

  it("never writes into the archive itself", async () => {
    const [outcome] = await store("ARCHIVE");
    expect(outcome).toMatchObject({
      status: "abandoned",
      who: "user",
      detail: expect.stringContaining("the archive's own"),
    });
  });

  it.each(["NOTHING", "CATALOG", "INLET_ADMIN_TOKEN"])("refuses a binding that is no bucket: %s", async (binding) => {
    const [outcome] = await store(binding);
    expect(outcome).toMatchObject({ status: "abandoned", detail: expect.stringContaining("no R2 binding") });
  });
});
