import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/sources.ts";

/** `file` "title" in a table: the title may be the beginning of the test's name. */
const NAMED = /`((?:unit|use-cases|worker|conformance)\/[\w-]+)`(?: "([^"]+)")?/g;

const sourceOf = (name: string): string => {
  const file = [`test/${name}.test.ts`, `test/${name}.ts`].find((one) => existsSync(path.join(ROOT, one)));
  expect(file, `${name} is no test`).toBeDefined();
  return readFileSync(path.join(ROOT, file!), "utf8");
};

// A table that names tests which are not there, or were renamed, says what nobody holds.
describe.each(["storage.md", "replay.md"])("every test that %s names", (table) => {
  const text = readFileSync(path.join(import.meta.dirname, table), "utf8");
  const named = [...text.matchAll(NAMED)].map(([, file = "", title]) => ({ file, title }));

  it("is there", () => {
    expect(named.length).toBeGreaterThan(10);
    for (const { file, title } of named) {
      const source = sourceOf(file);
      if (title !== undefined) expect(source, `${file}: ${title}`).toContain(title);
    }
  });

  it("stands in every row of a rule", () => {
    const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| Segment's rule"));
    for (const row of rows) expect(row).toMatch(/`(?:unit|use-cases|worker|conformance)\//);
  });
});
