import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { readManifest, variantsOf } from "./catalogue.ts";
import { casesOf } from "./generate/cases.ts";
import { KNOWN, NOT_OFFERED } from "./known.ts";
import { excuseOf, Report } from "./report.ts";
import { runCases, type Result } from "./run.ts";

/** Twice what it takes on two busy cores (ms). */
const TIME = 240_000;
const SEED = 20_261_122;
const variants = variantsOf(readManifest());
const offered = variants.filter(({ slug }) => !(slug in NOT_OFFERED));

function* examples() {
  for (const known of KNOWN) {
    const own = offered.filter(({ slug }) => slug === known.slug);
    yield* [...casesOf(own, 15, known.seed)].filter(({ id }) => id === known.example);
  }
}

describe("the engine in workerd against upstream's in Node", () => {
  it(
    "sends the same requests and comes to the same outcomes, for every preset and action of the catalogue",
    async () => {
      const report = new Report();
      await runCases(casesOf(offered, 1, SEED), Math.min(2, availableParallelism()), (result) => report.add(result));
      console.log(report.lines().join("\n"));
      expect(report.unexplained.map(({ given, difference }) => `${given.id}: ${difference}`)).toEqual([]);
      expect(report.destinations.size).toBe(new Set(offered.map(({ destination }) => destination)).size);
    },
    TIME,
  );

  it("differs where the list of known differences says so, and only there", async () => {
    const results: Result[] = [];
    await runCases(examples(), 1, (result) => results.push(result));
    const still = results.filter((result) => excuseOf(result) !== undefined).map(({ given }) => given.id);
    expect(still.toSorted()).toEqual(KNOWN.map(({ example }) => example).toSorted());
  });
});
