import { describe, expect, it } from "vitest";
import { freeConfig } from "../../scripts/free-config.mjs";
import { PLANS } from "../../src/core/plan.ts";
import { SourceSettings, SourceSettingsPatch } from "../../src/core/source.ts";
import { mergeSettings } from "../../src/core/source-change.ts";
import { readFileSync } from "node:fs";

describe("Cloudflare's plans", () => {
  it("start a new source with settings that its owner may set as well", () => {
    for (const { newSource } of Object.values(PLANS)) {
      expect(SourceSettingsPatch.parse(newSource)).toEqual(newSource);
      expect(mergeSettings(SourceSettings.parse({}), newSource)).toMatchObject(newSource);
    }
  });

  it("change nothing when the plan is paid", () => {
    expect(mergeSettings(SourceSettings.parse({}), PLANS.paid.newSource)).toEqual(SourceSettings.parse({}));
  });

  it("keep an invocation below the 50 requests it may make on the free one", () => {
    expect(PLANS.free.requestsPerBatch).toBeLessThan(50);
  });

  it("hand over so seldom on the free one that a day's pointers, three operations each, leave room for retries", () => {
    const drains = 86_400_000 / PLANS.free.newSource.drain!.afterMs!;
    const routed = drains * 3;
    const delivered = (drains + 50_000 / PLANS.free.requestsPerBatch) * 3;
    expect(routed + delivered).toBeLessThan(9000);
  });
});

describe("the free plan's configuration", () => {
  it("is wrangler.toml with the plan named and without the limits that Cloudflare refuses there", () => {
    const [paid, free] = ["wrangler.toml", freeConfig()].map((file) => readFileSync(file, "utf8").split("\n"));
    const gone = paid!.filter((line) => !free!.includes(line));
    const added = free!.filter((line) => !paid!.includes(line));
    expect(gone.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
      "[limits]",
      "cpu_ms = 300000",
      "subrequests = 1000000",
      'INLET_PLAN = "paid"',
    ]);
    expect(added).toEqual(['INLET_PLAN = "free"']);
  });
});
