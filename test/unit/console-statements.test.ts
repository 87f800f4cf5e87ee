import { describe, expect, it } from "vitest";
import { byteSize } from "../../dashboard/logic/byte-size.ts";
import {
  fieldText,
  fieldTime,
  hourRangeOf,
  hourText,
  rangeStart,
  windowProblem,
} from "../../dashboard/logic/export-hours.ts";
import { columnLines, columnsIn, mayLeaveOut, namesIn, withExclusion } from "../../dashboard/logic/export-rules.ts";
import { curlLine, ENGINES, mayList, queryLine, statementChoice } from "../../dashboard/logic/statement-choice.ts";
import { tokenize } from "../../dashboard/logic/tokens.ts";
import { StatementRequest, planStatements } from "../../src/core/statements/plan.ts";

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe("hours", () => {
  it("are called by their start in UTC, as their folders are", () => {
    expect(hourText("2026-11-22T14:00:00.000Z")).toBe("2026-11-22 14:00");
    expect(hourText("nonsense")).toBe("unknown hour");
  });

  it("are read from a field as UTC, whatever the browser's zone", () => {
    expect(fieldTime("2026-11-22T14:00")).toBe(at("2026-11-22T14:00:00.000Z"));
    expect(fieldText(at("2026-11-22T14:00:00.000Z"))).toBe("2026-11-22T14:00");
    expect(fieldTime("")).toBeUndefined();
    expect(windowProblem(undefined, 1)).toBe("Name both times.");
    expect(windowProblem(2, 1)).toBe("The end has to be after the start.");
    expect(windowProblem(1, 2)).toBeUndefined();
  });

  it("are asked for by whole hours, so that a moment later the question is the same", () => {
    const now = at("2026-11-22T14:30:00.000Z");
    expect(rangeStart("24h", now)).toBe("2026-11-21T14:00:00.000Z");
    expect(rangeStart("24h", now + HOUR / 3)).toBe(rangeStart("24h", now));
    expect(rangeStart("all", now)).toBeUndefined();
    expect(hourRangeOf("nonsense").id).toBe("7d");
  });
});

describe("what is left out", () => {
  it("is written as lines and read back as it was", () => {
    const excluded = { orders: ["email", "ip"], users: ["phone"] };
    expect(columnsIn(columnLines(excluded))).toEqual({ columns: excluded });
    expect(namesIn(" a\n\nb, a ")).toEqual(["a", "b"]);
  });

  it("is complained about where a line names no column", () => {
    expect(columnsIn("orders")).toEqual({ problem: "“orders” names no column: write it as table.column." });
    expect(columnsIn("orders.")).toHaveProperty("problem");
    expect(columnsIn("__proto__.polluted")).toHaveProperty("columns");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("a switch at a table or a column", () => {
  const rules = { excludedTables: ["debug"], excludedColumns: { orders: ["email"], users: ["phone"] } };

  it("changes that one alone, and once", () => {
    expect(withExclusion(rules, { table: "tests", out: true })).toEqual({ excludedTables: ["debug", "tests"] });
    expect(withExclusion(rules, { table: "debug", out: true })).toEqual({ excludedTables: ["debug"] });
    expect(withExclusion(rules, { table: "debug", out: false })).toEqual({ excludedTables: [] });
    expect(withExclusion(rules, { table: "orders", column: "ip", out: true })).toEqual({
      excludedColumns: { orders: ["email", "ip"], users: ["phone"] },
    });
  });

  it("leaves no table without columns behind, and never offers what every reader needs", () => {
    expect(withExclusion(rules, { table: "orders", column: "email", out: false })).toEqual({
      excludedColumns: { users: ["phone"] },
    });
    expect(["id", "received_at", "email"].map(mayLeaveOut)).toEqual([false, false, true]);
  });
});

describe("statements to copy", () => {
  it("are offered for every engine, in every form and from every base that the control plane takes", () => {
    expect(ENGINES.map(({ id }) => id).toSorted()).toEqual([...StatementRequest.shape.dialect.options].toSorted());
    for (const { id, forms, base } of ENGINES) {
      const taken = (as: string | undefined) =>
        planStatements(StatementRequest.parse({ dialect: id, as, base }), "shop").ok;
      expect(forms.every(taken), id).toBe(true);
      const others = ["views", "tables", "iceberg", "files"].filter((as) => !forms.some((form) => form === as));
      expect(others.some(taken), id).toBe(false);
    }
  });

  it("leave the choice between manifests and listed files where an engine can follow the manifests", () => {
    for (const engine of ENGINES) {
      const [form] = engine.forms;
      const followed = planStatements(
        StatementRequest.parse({ dialect: engine.id, as: form, base: engine.base, files: "manifests" }),
        "shop",
      );
      expect(mayList(engine, form!), engine.id).toBe(followed.ok);
    }
  });

  it("fit the engine whatever the address says", () => {
    const choice = statementChoice({ engine: "athena", as: "tables", files: "listed" });
    expect([choice.engine.id, choice.form, choice.base, choice.listed]).toEqual([
      "athena",
      "views",
      "s3://inlet-archive/",
      false,
    ]);
    expect(statementChoice({ engine: "nonsense" }).engine.id).toBe("duckdb");
  });

  it("come with the line for this machine, which names the address only when it is not the usual one", () => {
    expect(queryLine("http://127.0.0.1:8787", "shop", "FROM tracks")).toBe(
      'npm run query -- --source shop "FROM tracks"',
    );
    expect(queryLine("https://data.shop.example", "shop", "FROM tracks")).toContain("--url https://data.shop.example");
    expect(curlLine("https://data.shop.example", "/x", "views.sql")).toMatch(/^curl .*\$TOKEN.* > views\.sql$/);
  });

  it("have their comments in grey", () => {
    expect(tokenize("-- a 'quote'\nSELECT 1").map(({ kind }) => kind)).toEqual(["comment", "plain", "number"]);
  });
});

describe("sizes", () => {
  it("have one decimal below ten and never read a thousand", () => {
    expect([0, 999, 1200, 999_999, 1_000_000, 24_900_000, 5e15].map(byteSize)).toEqual([
      "0\u00a0B",
      "999\u00a0B",
      "1.2\u00a0kB",
      "999\u00a0kB",
      "1\u00a0MB",
      "24\u00a0MB",
      "5000\u00a0TB",
    ]);
  });
});
