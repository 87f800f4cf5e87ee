import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { DestinationKind } from "../../src/core/destination-kind.ts";
import { ROOT } from "../support/sources.ts";
import { readManifest, variantsOf, type Variant } from "./catalogue.ts";
import { NOT_OFFERED } from "./known.ts";

const variants = variantsOf(readManifest());
const kinds = new Map<string, DestinationKind>();

function kindOf(metadataId: string): DestinationKind {
  const at = path.join(ROOT, "dist/assets/catalogue", `${metadataId}.json`);
  const kind = kinds.get(metadataId) ?? DestinationKind.parse(JSON.parse(readFileSync(at, "utf8")));
  kinds.set(metadataId, kind);
  return kind;
}

/** What a new mapping has besides upstream's defaults: a value for each question that Segment's console would ask. */
const ADDED = new Set(["enable_batching", "batch_size", "__segment_internal_sync_mode"]);

/** The kind's preset or action behind a variant, as `mapping` and `trigger`; several presets may share a name. */
function offersOf({ destination, action, label }: Variant): { mapping: unknown; trigger: string | null }[] {
  const kind = kindOf(destination);
  if (label !== "defaults") return kind.presets.filter(({ name, actionId }) => name === label && actionId === action);
  const found = kind.actions.find(({ id }) => id === action);
  if (found === undefined) return [];
  const given = found.fields.filter(({ defaultValue }) => defaultValue !== undefined);
  const mapping = Object.fromEntries(given.map(({ id, defaultValue }) => [id, defaultValue]));
  return [{ mapping, trigger: found.defaultTrigger }];
}

const without = (mapping: unknown, own: object): unknown =>
  Object.fromEntries(Object.entries(mapping as object).filter(([key]) => key in own || !ADDED.has(key)));

describe("what the console offers of a destination", () => {
  it("is upstream's mapping and trigger, of every preset and every action", () => {
    const wrong = variants.filter((variant) => {
      const own: object = JSON.parse(JSON.stringify(variant.mapping));
      const offers = offersOf(variant).map(({ mapping, trigger }) => ({ mapping: without(mapping, own), trigger }));
      const wanted = { mapping: own, trigger: variant.trigger ?? null };
      return !offers.some((offer) => isDeepStrictEqual(offer, wanted));
    });
    expect(wrong.map(({ slug, action, label }) => `${slug}/${action}/${label}`)).toEqual([]);
  });

  it("leaves out of the differential test what cannot be had, and only that", () => {
    const missing = variants.filter(({ destination }) => !kindOf(destination).available).map(({ slug }) => slug);
    expect([...new Set(missing)].toSorted()).toEqual(Object.keys(NOT_OFFERED).toSorted());
  });
});
