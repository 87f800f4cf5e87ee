import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Session } from "chdb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planStatements } from "../../src/core/statements/plan.ts";
import { followIceberg } from "../../src/warehouse/iceberg/follow.ts";
import { icebergDeps, MemoryLake, ORDER_COLUMNS, TestPublisher } from "../support/iceberg-lake.ts";

const BUCKET = "inlet-archive";

/** As much of S3's protocol as reading needs: objects, parts of them and lists. Signatures are not looked at. */
function answer(lake: MemoryLake, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://s3");
  const key = decodeURIComponent(pathname).slice(`/${BUCKET}/`.length);
  if (searchParams.has("list-type")) {
    const prefix = searchParams.get("prefix") ?? "";
    const found = [...lake.objects]
      .filter(([name]) => name.startsWith(prefix))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const items = found.map(
      ([name, body]) =>
        `<Contents><Key>${name}</Key><LastModified>2026-11-20T00:00:00.000Z</LastModified><ETag>"x"</ETag><Size>${body.length}</Size></Contents>`,
    );
    response.setHeader("content-type", "application/xml");
    response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${items.join("")}</ListBucketResult>`);
    return;
  }
  const body = lake.objects.get(key);
  const [, start, end] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
  const part = body?.subarray(Number(start ?? 0), end === undefined || end === "" ? undefined : Number(end) + 1);
  response.statusCode = part === undefined ? 404 : start === undefined ? 200 : 206;
  response.setHeader("last-modified", "Fri, 20 Nov 2026 00:00:00 GMT");
  response.setHeader("etag", '"x"');
  response.setHeader("content-length", part?.length ?? 0);
  response.end(request.method === "HEAD" ? undefined : part);
}

describe("ClickHouse over S3's protocol", () => {
  const lake = new MemoryLake();
  let server: Server;
  let session: Session;
  beforeAll(async () => {
    const publisher = new TestPublisher(lake);
    const deps = icebergDeps(lake);
    for (const n of [0, 1, 1]) {
      const files = [[{ id: `a${n}`, revenue: 1 }, { id: `b${n}` }]];
      await followIceberg(publisher.publish(n, { order_completed: { columns: ORDER_COLUMNS, files } }), deps);
    }
    server = createServer((request, response) => answer(lake, request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    session = new Session();
  });
  afterAll(() => {
    session.close();
    server.close();
  });

  it("reads a bucket's tables by the statements made for it", async () => {
    const { port } = server.address() as AddressInfo;
    const plan = planStatements({ dialect: "clickhouse", as: "iceberg" }, "shop");
    if (!plan.ok) throw new Error(plan.error.message);
    const [, collection = ""] = /-- {3}(CREATE NAMED COLLECTION [^\n]+);/.exec(plan.value.head()) ?? [];
    await session.queryAsync(
      collection
        .replace("https://<account id>.r2.cloudflarestorage.com", `http://127.0.0.1:${port}`)
        .replace("'<access key id>'", "'key'")
        .replace("'<secret access key>'", "'secret'"),
    );
    await session.queryAsync("CREATE DATABASE shop");
    const view = plan.value.table({
      name: "order_completed",
      kind: "event",
      columns: ORDER_COLUMNS,
      files: [{ key: "" }],
    });
    await session.queryAsync(view.replace(";", ""));
    const found = await session.queryAsync("SELECT count(), sum(revenue), uniqExact(id) FROM shop.order_completed", {
      format: "TSV",
    });
    expect(found.text().trim()).toBe("4\t2\t4");
  });
});
