import { describe, expect, it } from "vitest";
import { DestinationKind } from "../../src/core/destination-kind.ts";
import { EventType } from "../../src/core/event.ts";
import { OWN_KINDS } from "../../src/destinations/own/index.ts";
import { ANY_EVENT } from "../../src/destinations/own/own-kind.ts";
import { findDestination } from "../../src/destinations/registry.ts";
import { fires } from "../../src/destinations/trigger.ts";

const names = OWN_KINDS.map(({ kind }) => kind.id);

describe("our own kinds of destinations", () => {
  it("are those that the list names, each once", () => {
    expect(names).toEqual(["webhook", "http", "segment", "bucket", "sink"]);
    for (const key of ["id", "slug", "name"] as const) {
      expect(new Set(OWN_KINDS.map(({ kind }) => kind[key])).size).toBe(OWN_KINDS.length);
    }
  });

  it("the trigger of what takes everything fires for every type of call", () => {
    for (const type of EventType.options) expect(fires(ANY_EVENT, { type })).toEqual({ fires: true });
  });

  describe.each(OWN_KINDS.map((own) => [own.kind.id, own] as const))("%s", (id, { kind }) => {
    it("is plain JSON of the catalogue's form", () => {
      expect(DestinationKind.parse(kind)).toEqual(kind);
      expect(JSON.parse(JSON.stringify(kind))).toEqual(kind);
    });

    it("is found by its id", async () => {
      expect(await findDestination(id)).toMatchObject({ id, name: kind.name });
    });

    it("explains every setting and field, each named once", () => {
      const fields = [...kind.fields, ...kind.actions.flatMap((action) => action.fields)];
      for (const { label, description } of fields) {
        expect(label).not.toBe("");
        expect(description).toMatch(/\.$/);
      }
      expect(new Set(kind.fields.map(({ name }) => name)).size).toBe(kind.fields.length);
      expect(kind.description.length).toBeLessThan(160);
    });

    it("has presets that hold every default of their action and a trigger that works", () => {
      expect(kind.presets.length).toBeGreaterThan(0);
      for (const { actionId, mapping, trigger } of kind.presets) {
        const action = kind.actions.find((one) => one.id === actionId);
        const defaults = action!.fields.filter(({ defaultValue }) => defaultValue !== undefined);
        expect(mapping).toEqual(Object.fromEntries(defaults.map(({ id, defaultValue }) => [id, defaultValue])));
        expect(fires(trigger ?? "", { type: "track" })).toEqual({ fires: true });
      }
    });
  });
});
