import { describe, expect, it } from "vitest";
import { addressOf, parseBase } from "../../src/core/statements/base.ts";
import { planStatements, StatementRequest } from "../../src/core/statements/plan.ts";
import { tableOf } from "../support/lake.ts";
import { statementsOf } from "../support/statements.ts";

const DIALECTS = StatementRequest.shape.dialect.options;
const HOSTILE = "a'b\"c`d\\e\nf; -- DROP";
const key = (table: string, n: number) => `warehouse/shop/${table}/day=2026-11-01/hr=00/00000${n}-000.parquet`;
const table = (name: string, column: string) => ({
  ...tableOf(name, [{ name: column, type: "varchar" }]),
  files: [{ key: key(name, 1) }, { key: key(name, 2) }],
});
const lake = { schema: "shop", tables: [table("tracks", "plan"), table("order_completed", "total")] };

describe("every dialect", () => {
  for (const dialect of DIALECTS) {
    it(`${dialect} names each table, column and, where it cannot follow the manifests, file`, () => {
      const follows = dialect === "duckdb" || dialect === "spark";
      const text = statementsOf(lake, { dialect, ...(follows ? { files: "listed" } : {}) }).toLowerCase();
      for (const name of ["tracks", "order_completed", "plan", "total", "received_at"]) expect(text).toContain(name);
      // PostgreSQL reads CSV, and Amazon's tables a list of their own (`as=files`).
      if (["postgres", "athena", "redshift"].includes(dialect)) return;
      for (const { name } of lake.tables) {
        for (const n of [1, 2]) expect(text).toContain(`day=2026-11-01/hr=00/00000${n}-000`);
        expect(text).toContain(`warehouse/shop/${name}/`);
      }
    });

    it(`${dialect} leaves credentials to be filled in`, () => {
      const text = statementsOf(lake, { dialect });
      const secrets = [...text.matchAll(/(?:secret\w*|key_id|access_key)\s*=?\s*'([^']*)'/gi)].map(
        ([, value]) => value,
      );
      expect(secrets.filter((value) => !/^<[\w ]+>$/.test(value ?? ""))).toEqual([]);
    });

    it(`${dialect} keeps names that visitors chose out of its comments and its lines`, () => {
      const hostile = { schema: HOSTILE, tables: [{ ...table("t", HOSTILE), name: HOSTILE }] };
      const [first = ""] = statementsOf(hostile, { dialect }).split("\n");
      expect(first).toMatch(/^(?:--|#) .*DROP: \w+ for \w+$/);
    });
  }

  it("says that readers need not deduplicate", () => {
    expect(statementsOf(lake, { dialect: "duckdb" })).toContain("No reader needs to deduplicate");
  });
});

describe("the statements of engines that take only so many files at once", () => {
  const files = Array.from({ length: 2500 }, (_, n) => ({ key: `warehouse/shop/tracks/day=x/hr=00/${n}.parquet` }));
  const long = { schema: "shop", tables: [{ ...table("tracks", "plan"), files }] };

  it("Snowflake loads 1000 a COPY, by their paths below the table's", () => {
    const text = statementsOf(long, { dialect: "snowflake", as: "tables" });
    expect(text.match(/COPY INTO/g)).toHaveLength(3);
    expect(text).toContain("\n  'day=x/hr=00/2499.parquet'\n");
    expect(statementsOf(long, { dialect: "snowflake" }).match(/ADD FILES/g)).toHaveLength(3);
  });

  it("ClickHouse reads 500 a path", () => {
    expect(statementsOf(long, { dialect: "clickhouse" }).match(/ s3\(/g)).toHaveLength(5);
  });
});

it("`as=files` lists the addresses of the files, one a line", () => {
  const text = statementsOf(lake, { dialect: "athena", as: "files", base: "s3://copy/inlet" });
  expect(text.split("\n")).toEqual([
    ...lake.tables.flatMap(({ files }) => files.map((file) => `s3://copy/inlet/${file.key}`)),
    "",
  ]);
});

describe("refusals", () => {
  const refusal = (request: StatementRequest) => {
    const plan = planStatements(request, "shop");
    return plan.ok ? undefined : plan.error;
  };

  it("say which parameter does not fit the dialect", () => {
    expect(refusal({ dialect: "bigquery", base: "r2://inlet-archive/" })).toEqual({
      field: "base",
      message: "With this dialect a base is gs://.",
    });
    expect(refusal({ dialect: "postgres", as: "views" })?.field).toBe("as");
    expect(refusal({ dialect: "snowflake", files: "manifests" })?.field).toBe("files");
  });

  it("refuse bases that are patterns, or more than a place", () => {
    const bad = [
      "https://example.com/",
      "r2://",
      "r2://UPPER/",
      "r2://bucket/../other",
      "r2://bucket/a'b",
      "r2://bucket/*",
      "s3://bucket/{a,b}/",
      "/data/*/",
      "/data/\n; DROP",
      "data",
      "ftp://bucket/",
    ];
    expect(bad.filter((base) => parseBase(base).ok)).toEqual([]);
  });

  it("take buckets with a prefix and folders, with or without the closing slash", () => {
    const good = {
      "r2://inlet-archive": "r2://inlet-archive/",
      "s3://b-1/x y/z": "s3://b-1/x y/z/",
      "./it's": "./it's/",
    };
    for (const [text, address] of Object.entries(good)) {
      const base = parseBase(text);
      expect(base.ok && addressOf(base.value)).toBe(address);
    }
  });
});
