import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Session } from "chdb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planStatements } from "../../src/core/statements/plan.ts";
import { followIceberg } from "../../src/warehouse/iceberg/follow.ts";
import { icebergDeps, MemoryLake, ORDER_COLUMNS, TestPublisher } from "../support/iceberg-lake.ts";
import { statementsOf } from "../support/statements.ts";

const HOSTILE = "a'b\"c`d\\e\nf; -- DROP";
const table = (name: string) => ({ name, kind: "event" as const, columns: ORDER_COLUMNS, files: [{ key: "k" }] });
const shop = { schema: "shop", tables: [table("order_completed"), table("signed_up")] };
const ENGINES = ["clickhouse", "duckdb", "spark", "snowflake"] as const;

describe("statements for Iceberg tables", () => {
  for (const dialect of ENGINES) {
    it(`${dialect} opens each table by its folder, without its files`, () => {
      const text = statementsOf(shop, { dialect, as: "iceberg" });
      expect(text).toContain("exports.iceberg");
      expect(text).not.toContain(".parquet");
      for (const { name } of shop.tables) expect(text.toLowerCase()).toContain(name);
      expect(text).toContain(dialect === "spark" ? "s3://inlet-archive/warehouse\n" : "warehouse/shop/signed_up");
    });

    it(`${dialect} leaves credentials to be filled in, and keeps names that visitors chose within their quotes`, () => {
      const text = statementsOf({ schema: HOSTILE, tables: [table(HOSTILE)] }, { dialect, as: "iceberg" });
      const secrets = [...text.matchAll(/(?:secret\w*|key_id|access_key)\s*=?\s*'([^']*)'/gi)].map(
        ([, found]) => found,
      );
      expect(secrets.filter((value) => !/^<[\w ]+>$/.test(value ?? ""))).toEqual([]);
      expect(text.split("\n").filter((line) => /^(?:--|#).*DROP/.test(line))).toHaveLength(1);
    });
  }

  it("are refused for engines that know such tables by a catalog only, and where one cannot reach them", () => {
    const refusal = (dialect: "athena" | "duckdb", base?: string) => {
      const plan = planStatements({ dialect, as: "iceberg", ...(base === undefined ? {} : { base }) }, "shop");
      return plan.ok ? undefined : plan.error;
    };
    expect(refusal("athena")).toMatchObject({ field: "as" });
    expect(refusal("duckdb", "gs://bucket/")).toEqual({
      field: "base",
      message: "With this dialect a base is r2://, s3://, a folder.",
    });
  });
});

describe("ClickHouse, by these statements", () => {
  const home = process.cwd();
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "inlet-iceberg-")));
  let session: Session;
  beforeAll(async () => {
    const lake = new MemoryLake();
    const publisher = new TestPublisher(lake);
    const deps = icebergDeps(lake);
    for (const n of [0, 1]) {
      const files = [[{ id: `a${n}`, revenue: 1 }, { id: `b${n}` }]];
      const tables = {
        order_completed: { columns: ORDER_COLUMNS, files },
        signed_up: { columns: ORDER_COLUMNS, files },
      };
      await followIceberg(publisher.publish(n, tables), deps);
    }
    lake.dump(folder);
    process.chdir(folder);
    session = new Session();
  });
  afterAll(() => {
    session.close();
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  it("reads the tables, also from a copy of the bucket in a folder", () => {
    const script = statementsOf(shop, { dialect: "clickhouse", as: "iceberg", base: folder });
    for (const statement of script.replaceAll(/^--.*$/gm, "").split(";")) {
      if (statement.trim() !== "") session.query(statement);
    }
    expect(session.query("SELECT count(), sum(revenue), uniqExact(id) FROM shop.order_completed", "TSV").trim()).toBe(
      "4\t2\t4",
    );
    expect(session.query("SELECT count() FROM shop.signed_up", "TSV").trim()).toBe("4");
  });
});
