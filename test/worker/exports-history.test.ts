import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { historyStore } from "../../durable/exports/history-store.ts";

it("the sync history keeps the latest thousand runs, in pages from the newest on", async () => {
  const stub = env.EXPORTS.getByName(`src_${crypto.randomUUID()}`);
  await runInDurableObject(stub, (_, { storage }) => {
    const history = historyStore(storage.sql);
    for (let n = 0; n < 1005; n++) {
      const id = history.begin({ target: n % 5 === 0 ? "snapshot" : "lake", hour: n, version: 1, startedAt: n });
      history.end(id, { status: "success", rows: n, newColumns: [], notices: [] }, n + 1);
    }
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = history.list({ limit: 300, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.runs.map(({ rows }) => rows));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_unused, n) => 1004 - n));
    expect(history.list({ limit: 1000, target: "snapshot" }).runs).toHaveLength(200);
  });
});
