import { readFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLake, writeCsv } from "../../scripts/lake.mjs";
import { DAY, HOUR, Lake, ORDERS, shop, tableOf, USERS } from "../support/lake.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { statementsOf } from "../support/statements.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
const lake = shop();
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => {
  await server.stop();
  lake.remove();
});

/** As psql runs the script: `\copy` sends the file's bytes to COPY … FROM STDIN, `\set` is psql's own. */
async function psql(script: string): Promise<void> {
  for (const part of script.split(/^(\\.*)$/m)) {
    const [, into, file, options] = /^\\copy (.*) FROM '((?:[^']|'')*)' (WITH .*)$/.exec(part) ?? [];
    if (into === undefined || file === undefined) {
      if (!part.startsWith("\\")) await server.sql.unsafe(part).simple();
      continue;
    }
    const stream = await server.sql.unsafe(`COPY ${into} FROM STDIN ${options}`).writable();
    await pipeline(Readable.from([readFileSync(file.replaceAll("''", "'"))]), stream);
  }
}

/** What README says: the files as CSV by DuckDB, then the script. */
async function load(from: Lake): Promise<void> {
  const folder = path.join(from.folder, "it's csv");
  const connection = await openLake([from], from.folder);
  await writeCsv(connection, from, folder);
  connection.closeSync();
  await psql(statementsOf(from, { dialect: "postgres", base: folder }));
}
const TIME = "to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')";
const ORDER_COLUMNS = `id, ${TIME}, total, day, hr::text, is_gift::text, to_char(paid_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')`;
const rows = async (sql: string): Promise<unknown[][]> => [...(await server.sql.unsafe(sql).values())];

describe("PostgreSQL holds what is published, and nothing else", () => {
  it("by DuckDB's CSV files and the generated script, however often", async () => {
    await load(lake);
    await load(lake);
    expect(await rows(`SELECT ${ORDER_COLUMNS} FROM shop.order_completed ORDER BY id`)).toEqual(ORDERS);
    expect(await rows(`SELECT id, ${TIME}, plan FROM shop.users ORDER BY id`)).toEqual(USERS);
    expect(await rows("SELECT * FROM shop.never_seen")).toEqual([]);
  });

  it("with columns that came since, and without rows that are gone", async () => {
    const grown = new Lake();
    const before = tableOf("order_completed", [{ name: "total", type: "float" }]);
    grown.publish(before, DAY, 1, [{ id: "z", received_at: new Date(DAY), total: 1 }]);
    const after = { ...before, columns: [...before.columns, { name: 'odd "name"', type: "varchar" as const }] };
    const rowsOfLater = [
      { id: "y", received_at: new Date(DAY + HOUR), total: 2, 'odd "name"': "\\N" },
      { id: "x", received_at: new Date(DAY + HOUR), total: Number.MAX_VALUE, 'odd "name"': "a\0b" },
    ];
    grown.publish(after, DAY + HOUR, 1, rowsOfLater);
    await load(grown);
    expect(await rows('SELECT id, total, "odd ""name""" FROM shop.order_completed ORDER BY id')).toEqual([
      ["x", Number.MAX_VALUE, "ab"],
      ["y", 2, "\\N"],
      ["z", 1, null],
    ]);
    grown.remove();
  });
});
