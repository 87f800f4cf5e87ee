import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Metadata, showKind } from "../../src/api/catalogue-view.ts";
import { DestinationKind, KindSummary, summarise } from "../../src/core/destination-kind.ts";
import { inspect } from "../../src/core/sanitise.ts";
import { fieldProblem } from "../../src/core/setting-rules.ts";
import { SUBSCRIPTION_LIMITS, SubscriptionRecord, Trigger, type Mapping } from "../../src/core/subscription.ts";
import { checkMapping } from "../../src/destinations/check-mapping.ts";
import { OWN_KINDS } from "../../src/destinations/own/index.ts";
import { checkTrigger } from "../../src/destinations/check-trigger.ts";
import { ROOT } from "../support/sources.ts";

/** The catalogue's files as the build has written them, and our own kinds: what the control plane goes by. */
const read = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(ROOT, "dist/assets/catalogue", `${name}.json`), "utf8"));
const index = z.array(KindSummary).parse(read("index"));
const kinds = [...index.map(({ id }) => DestinationKind.parse(read(id))), ...OWN_KINDS.map(({ kind }) => kind)];

/** Why a mapping could not be saved with an action. */
async function mappingProblems(kind: DestinationKind, actionId: string, mapping: Mapping): Promise<string[]> {
  const fields = kind.actions.find(({ id }) => id === actionId)?.fields;
  if (fields === undefined) return ["no such action"];
  const known = new Set(fields.map(({ id }) => id));
  return [
    ...Object.keys(mapping).filter((key) => !known.has(key)),
    ...(await checkMapping(mapping)).map(({ field, message }) => `${field ?? ""} ${message}`),
    ...(JSON.stringify(mapping).length > SUBSCRIPTION_LIMITS.mappingChars ? ["too large"] : []),
    ...(inspect(mapping).tooDeep ? ["too deep"] : []),
  ];
}

const named = (kind: DestinationKind, what: string, problems: readonly string[]): string[] =>
  problems.map((problem) => `${kind.name}, ${what}: ${problem}`);

describe("every kind of destination", () => {
  it("is in the index as its own file says, once", () => {
    expect(index.length).toBeGreaterThan(200);
    const catalogued = kinds.filter(({ id }) => index.some((one) => one.id === id));
    expect(catalogued.map(summarise)).toEqual(index);
    expect(new Set(kinds.map(({ id }) => id)).size).toBe(kinds.length);
    expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
  });

  it("has the Public API's shape", () => {
    for (const kind of kinds) expect(Metadata.safeParse(showKind(kind)).error, kind.name).toBeUndefined();
  });

  it("has presets that can be saved as they are", async () => {
    const problems: string[] = [];
    for (const kind of kinds) {
      for (const { name, actionId, mapping, trigger } of kind.presets) {
        const found = await mappingProblems(kind, actionId, mapping);
        if (!SubscriptionRecord.shape.name.safeParse(name).success) found.push("its name");
        const error = trigger === null ? undefined : checkTrigger(Trigger.parse(trigger));
        if (error !== undefined) found.push(`${error}: ${trigger}`);
        problems.push(...named(kind, name, found));
      }
    }
    expect(problems).toEqual([]);
  });

  it("has actions whose default mappings and triggers can be saved as they are, but for one", async () => {
    const problems: string[] = [];
    for (const kind of kinds) {
      for (const { id, fields, defaultTrigger } of kind.actions) {
        const given = fields.filter(({ defaultValue }) => defaultValue !== undefined);
        const found = await mappingProblems(
          kind,
          id,
          Object.fromEntries(given.map((one) => [one.id, one.defaultValue])),
        );
        const error = defaultTrigger === null ? undefined : checkTrigger(defaultTrigger);
        if (error !== undefined) found.push(`${error}: ${defaultTrigger}`);
        problems.push(...named(kind, id, found));
      }
    }
    // Upstream has a comma where "and" is meant.
    expect(problems).toEqual([expect.stringMatching(/^Qualtrics, upsertContactTransaction: .*found ","/)]);
  });

  it("has settings whose defaults its own rules allow, but for one that nobody gets", () => {
    const problems = kinds.flatMap((kind) =>
      kind.fields
        .filter(({ secret, defaultValue }) => !secret && defaultValue !== undefined)
        .flatMap((field) => named(kind, field.name, [fieldProblem(field, field.defaultValue as string) ?? []].flat())),
    );
    expect(problems).toEqual([expect.stringMatching(/^Pendo Audiences, region: Region must be one of/)]);
  });
});
