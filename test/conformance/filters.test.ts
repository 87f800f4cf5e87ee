import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/core/fql/evaluate.ts";
import { parseFql } from "../../src/core/fql/parser.ts";

interface Fixture {
  readonly filter: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly passes: boolean;
}

const fixtures = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "fixtures/filters.json"), "utf8"),
) as readonly Fixture[];

/** A condition that cannot be read or evaluated lets nothing through. */
const passes = ({ filter, event }: Fixture): boolean => {
  const expr = parseFql(filter);
  const result = expr.ok ? evaluate(expr.value, event) : expr;
  return result.ok && result.value;
};

/** Where the documents say otherwise (quality.md §4.7), and we follow them. */
const OTHERWISE = new Map([['"boolean" = typeof(true)', "the server's typeof answers bool"]]);

describe("conditions of Segment's own filter engine", () => {
  it.each(fixtures)("$filter", (fixture) => {
    expect(passes(fixture)).toBe(fixture.passes !== OTHERWISE.has(fixture.filter));
  });
});
