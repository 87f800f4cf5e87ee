import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/core/catalog.ts";
import { bucket } from "../../src/destinations/own/bucket.ts";
import { settingsProblem, tryKind, type FarEnd } from "../support/own-kinds.ts";
import { bucketServer } from "../support/s3.ts";

const DAY = Date.parse("2026-11-22T00:00:00.000Z");
const SETTINGS = {
  endpoint: "https://acc.r2.cloudflarestorage.com",
  bucket: "exports",
  accessKeyId: "AKIA1",
  secretAccessKey: "s3cret/key+",
};
const eventOf = (messageId: string, rest: object = {}) => ({
  type: "track",
  messageId,
  projectId: "src_1",
  receivedAt: "2026-11-22T10:00:01.000Z",
  properties: { name: "Ünïcode 😀" },
  ...rest,
});

async function open(settings: Record<string, SettingValue> = {}) {
  const { objects, farEnd } = bucketServer(SETTINGS.secretAccessKey);
  const trial = await tryKind(bucket, { ...SETTINGS, ...settings }, farEnd);
  return { ...trial, objects, keys: () => [...objects.keys()] };
}
const linesOf = (bytes: Buffer): unknown[] =>
  gunzipSync(bytes)
    .toString()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

describe("an object", () => {
  it("holds the batch as gzip lines, in Segment's layout, signed so that the far end agrees", async () => {
    const { perform, objects, keys } = await open();
    const events = [eventOf("m1"), eventOf("m2")];
    expect(await perform(events)).toEqual([{ status: "delivered" }, { status: "delivered" }]);
    expect(keys()).toHaveLength(1);
    expect(keys()[0]).toMatch(new RegExp(`^/exports/segment-logs/src_1/${DAY}/\\d+-[0-9a-f]{32}\\.gz$`));
    expect(linesOf([...objects.values()][0]!)).toEqual(events);
  });

  it("has the same key when the same events are sent again, so it is replaced and not doubled", async () => {
    const { perform, keys, seen } = await open();
    await perform([eventOf("m1"), eventOf("m2")]);
    await perform([eventOf("m1"), eventOf("m2")]);
    expect(seen).toHaveLength(2);
    expect(keys()).toHaveLength(1);
  });

  it("has another key when its events are others", async () => {
    const { perform, keys } = await open();
    await perform([eventOf("m1")]);
    await perform([eventOf("m2")]);
    await perform([eventOf("m2"), eventOf("m1")]);
    expect(keys()).toHaveLength(3);
  });

  it("is put by the source and the day of receipt of its events", async () => {
    const { perform, keys } = await open();
    await perform([
      eventOf("m1"),
      eventOf("m2", { receivedAt: "2026-11-21T23:59:59.999Z" }),
      eventOf("m3", { projectId: "src_2" }),
    ]);
    const folders = keys().map((key) => key.split("/").slice(2, -1).join("/"));
    expect(folders.toSorted()).toEqual([
      `segment-logs/src_1/${DAY - 86_400_000}`,
      `segment-logs/src_1/${DAY}`,
      `segment-logs/src_2/${DAY}`,
    ]);
  });

  it.each<readonly [string, object]>([
    ["a source that climbs", { projectId: "../../secrets" }],
    ["a source that is no text", { projectId: { a: 1 } }],
    ["no source and no time", { projectId: undefined, receivedAt: undefined }],
    ["a time that is none", { receivedAt: "yesterday" }],
  ])("never leaves its folder, whatever the event says: %s", async (_, rest) => {
    const { perform, keys } = await open({ prefix: "/raw/" });
    expect(await perform([eventOf("m1", rest)])).toEqual([{ status: "delivered" }]);
    expect(keys()[0]).toMatch(/^\/exports\/raw\/segment-logs\/(?:src_1|unknown)\/\d+\/[^/]+\.gz$/);
  });

  it("may be plain lines", async () => {
    const { perform, objects, seen } = await open({ compress: false });
    await perform([eventOf("m1")]);
    const [[key, bytes]] = [...objects] as [[string, Buffer]];
    expect(key.endsWith(".ndjson")).toBe(true);
    expect(bytes.toString()).toBe(`${JSON.stringify(eventOf("m1"))}\n`);
    expect(seen[0]!.headers.get("content-type")).toBe("application/x-ndjson");
  });
});

describe("the endpoint", () => {
  it.each<readonly [Record<string, SettingValue>, RegExp]>([
    [
      { endpoint: "https://{bucket}.s3.eu-west-1.amazonaws.com", region: "eu-west-1" },
      /^https:\/\/exports\.s3\.eu-west-1\.amazonaws\.com\/segment-logs/,
    ],
    [{ endpoint: "http://minio.example:9000/" }, /^http:\/\/minio\.example:9000\/exports\/segment-logs/],
    [{ prefix: "a b/ü(1)" }, /\/exports\/a%20b\/%C3%BC%281%29\/segment-logs/],
  ])("%o", async (settings, url) => {
    const { perform, seen } = await open(settings);
    expect(await perform([eventOf("m1")])).toEqual([{ status: "delivered" }]);
    expect(seen[0]!.url).toMatch(url);
  });

  it("names the region in the signature, auto when there is none", async () => {
    const { perform, seen } = await open();
    await perform([eventOf("m1")]);
    expect(seen[0]!.headers.get("authorization")).toMatch(/Credential=AKIA1\/20261122\/auto\/s3\/aws4_request/);
  });
});

describe("failures", () => {
  it("a key that is refused needs a person, and is not shown", async () => {
    const { perform } = await tryKind(
      bucket,
      { ...SETTINGS, secretAccessKey: "another" },
      bucketServer("right").farEnd,
    );
    const [outcome] = await perform([eventOf("m1")]);
    expect(outcome).toMatchObject({ status: "abandoned", reason: "403", who: "user" });
    expect(JSON.stringify(outcome)).not.toContain("another");
    expect(JSON.stringify(outcome)).toContain("SignatureDoesNotMatch");
  });

  it("of one object are those of its events", async () => {
    const farEnd: FarEnd = ({ url }) => new Response("", { status: url.includes("src_2") ? 503 : 200 });
    const { perform } = await tryKind(bucket, SETTINGS, farEnd);
    const outcomes = await perform([eventOf("m1"), eventOf("m2", { projectId: "src_2" }), eventOf("m3")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["delivered", "retry", "delivered"]);
  });

  it("of a connection are tried again", async () => {
    const { perform } = await tryKind(bucket, SETTINGS, () => Promise.reject(new Error("Network connection lost.")));
    expect((await perform([eventOf("m1")]))[0]).toMatchObject({ status: "retry", reason: "ECONNRESET" });
  });

  it("an R2 binding that is not there needs a person", async () => {
    const { perform } = await tryKind(bucket, { binding: "EXPORTS" });
    expect((await perform([eventOf("m1")]))[0]).toMatchObject({ status: "abandoned", reason: "404", who: "user" });
  });
});

describe("settings", () => {
  it.each<readonly [string, Record<string, SettingValue>, RegExp]>([
    ["nothing at all", {}, /^endpoint: is needed/],
    ["no bucket", { ...SETTINGS, bucket: "" }, /^bucket: is needed/],
    ["no key", { ...SETTINGS, secretAccessKey: "" }, /^secretAccessKey: is needed/],
    ["an endpoint that is none", { ...SETTINGS, endpoint: "r2" }, /^endpoint: /],
    ["an endpoint with a query", { ...SETTINGS, endpoint: "https://x.example?a=1" }, /query/],
    ["a bucket with a slash", { ...SETTINGS, bucket: "a/b" }, /^bucket: /],
    ["a prefix that climbs", { ...SETTINGS, prefix: "a/../b" }, /^prefix: /],
    ["a binding that is none", { binding: "__proto__" }, /^binding: /],
  ])("refuse %s and say so", async (_, settings, message) => {
    expect(await settingsProblem(bucket, settings)).toMatch(message);
  });

  it("need nothing but a binding", async () => {
    expect(await settingsProblem(bucket, { binding: "EXPORTS" })).toBeUndefined();
  });

  it("are tested by putting an object, always the same", async () => {
    const { connection, tools, keys } = await open({ prefix: "raw" });
    for (let i = 0; i < 2; i++) {
      const result = await connection.testAuthentication(tools, new AbortController().signal);
      expect(result).toEqual({ ok: true, value: null });
    }
    expect(keys()).toEqual(["/exports/raw/inlet-connection-test.txt"]);
    const refused = await tryKind(bucket, { ...SETTINGS, secretAccessKey: "wrong" }, bucketServer("right").farEnd);
    const result = await refused.connection.testAuthentication(refused.tools, new AbortController().signal);
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining("403") });
  });
});
