import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActionField, DestinationKind, KindSummary } from "../../dashboard/api/types.ts";
import { categoriesOf, freeName, monogram, searchKinds, UNAVAILABLE } from "../../dashboard/logic/catalogue.ts";
import { directiveProblem } from "../../dashboard/logic/directive.ts";
import { eventPaths } from "../../dashboard/logic/event-paths.ts";
import { draftOf, problemsIn, storedPath, valueOf, valuesOf } from "../../dashboard/logic/field-draft.ts";
import { changeKind, holds, kindsOf, literalOf, looksLikeTemplate } from "../../dashboard/logic/field-kinds.ts";
import { helpParts } from "../../dashboard/logic/help-text.ts";
import { missingIn, newMappingDraft, partsOf, strayField } from "../../dashboard/logic/mapping-draft.ts";
import { grouped, isNeeded, valueOf as settingOf, visibleFields } from "../../dashboard/logic/setting-text.ts";

const field = (id: string, more: Partial<ActionField> = {}): ActionField => ({ ...strayField(id), ...more });

const path = (at: string) => ({ "@path": at });
/** By entries, because an object with a `then` is what promises are known by. */
const choose = (...parts: readonly unknown[]) => ({
  "@if": Object.fromEntries(["exists", "then", "else"].map((key, at) => [key, parts[at]])),
});

describe("a value of a mapping", () => {
  const directive = fc.oneof(
    fc.string().map(path),
    fc.string().map((text) => ({ "@template": text })),
    fc.tuple(fc.string(), fc.string()).map(([a, b]) => choose(path(a), path(a), path(b))),
    fc.tuple(fc.string(), fc.dictionary(fc.string(), fc.string().map(path))).map((parts) => ({ "@arrayPath": parts })),
    fc.jsonValue().map((value) => ({ "@literal": value, _metadata: { note: 1 } })),
  );
  const value = fc.oneof(
    fc.jsonValue(),
    directive,
    fc.dictionary(fc.string(), fc.oneof(directive, fc.jsonValue())),
    fc.tuple(directive, directive).map(([a, b]) => ({ "@merge": { objects: [a, b], direction: "right" } })),
  );

  it("comes out of the editor as it went in, whatever it is", () => {
    fc.assert(
      fc.property(value, (stored) => {
        const plain: unknown = JSON.parse(JSON.stringify(stored));
        expect(valueOf(draftOf(plain))).toEqual(plain);
      }),
    );
  });

  it.each([
    ["text", "literal"],
    [path("$.event"), "path"],
    [{ "@template": "Hi {{a}}" }, "template"],
    [choose(path("$.a"), path("$.a"), path("$.b")), "either"],
    [choose(path("$.a"), path("$.c"), path("$.b")), "json"],
    [{ "@arrayPath": ["$.properties.products", { id: path("$.id") }] }, "list"],
    [{ "@path": "$.a", _metadata: {} }, "json"],
    [{ a: path("$.b") }, "object"],
    [null, "json"],
    [undefined, "nothing"],
  ])("%j is shown as %s", (stored, kind) => {
    expect(draftOf(stored).kind).toBe(kind);
  });

  it("is left out of what is sent when it is nothing", () => {
    expect(valuesOf({ a: { kind: "nothing" }, b: { kind: "literal", value: false } })).toEqual({ b: false });
  });

  it("is complained of by its key while it is not complete", () => {
    const found = problemsIn({
      a: { kind: "path", path: "" },
      b: { kind: "json", text: "{" },
      c: { kind: "object", fields: { d: { kind: "json", text: '{"@nope": 1}' } } },
      e: { kind: "path", path: "$.x" },
    });
    expect(Object.keys(found)).toEqual(["a", "b", "c.d"]);
    expect(found["c.d"]).toContain("no directive @nope");
  });

  it("keeps what it has when it is given in another way", () => {
    const event = field("event");
    expect(changeKind({ kind: "path", path: "$.event" }, "template", event)).toEqual({
      kind: "template",
      text: "{{event}}",
    });
    expect(changeKind({ kind: "path", path: "$.a" }, "either", event)).toMatchObject({ path: "$.a" });
    expect(changeKind({ kind: "path", path: "$.a" }, "json", event)).toMatchObject({
      text: expect.stringContaining("$.a"),
    });
    const typed = { kind: "literal", value: "users/{{userId}}" } as const;
    expect(changeKind(typed, "template", event)).toEqual({ kind: "template", text: "users/{{userId}}" });
    expect(changeKind({ kind: "template", text: "a" }, "literal", event)).toEqual({ kind: "literal", value: "a" });
    expect(looksLikeTemplate(typed)).toBe(true);
    expect(looksLikeTemplate({ kind: "template", text: "users/{{userId}}" })).toBe(false);
    expect(kindsOf(field("products", { type: "object", multiple: true }))).toContain("list");
  });

  it("typed as fixed is a number where one is wanted", () => {
    expect(literalOf(field("n", { type: "number" }), "5")).toBe(5);
    expect(literalOf(field("n", { type: "number" }), "five")).toBe("five");
    expect(literalOf(field("n"), "5")).toBe("5");
    expect(storedPath("properties.a")).toBe("$.properties.a");
  });
});

describe("a directive", () => {
  it.each([
    [{ "@path": "$.a" }, undefined],
    [{ a: [{ "@path": 5 }] }, "@path takes text at a.0."],
    [{ "@path": "$.a", "@literal": 1 }, "A directive has one key and no other"],
    [{ "@replace": { pattern: "a" } }, "@replace needs value."],
    [{ "@case": "upper" }, "@case takes an object with operator, value."],
    [{ "@liquid": { "@path": "$.a" } }, "@liquid takes text."],
    [choose({ "@nope": 1 }, 1, 2), "There is no directive @nope at @if.exists."],
    ["plain", undefined],
  ])("%j: %s", (value, problem) => {
    if (problem === undefined) expect(directiveProblem(value)).toBeUndefined();
    else expect(directiveProblem(value)).toContain(problem);
  });
});

describe("the fields of an event", () => {
  it("are named as a mapping names them, with what they hold", () => {
    const paths = eventPaths({ type: "track", properties: { total: 5, "a b": { c: "x".repeat(100) } }, list: [1] });
    expect(paths.map((one) => one.path)).toEqual([
      "type",
      "properties",
      "properties.total",
      "properties.a b",
      "properties.a b.c",
      "list",
    ]);
    expect(paths[2]?.sample).toBe("5");
    expect(paths[4]?.sample.length).toBeLessThan(70);
  });

  it("are bounded, however large the event", () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, at]));
    expect(eventPaths(wide).length).toBeLessThanOrEqual(400);
  });
});

describe("a new mapping", () => {
  const action = {
    id: "send",
    slug: "send",
    name: "Send",
    description: "",
    platform: "cloud" as const,
    hidden: false,
    defaultTrigger: 'type = "track"',
    batches: true,
    fields: [
      field("note"),
      field("key", { required: true }),
      field("enable_batching", { type: "boolean", defaultValue: true }),
      field("inner", { hidden: true, defaultValue: "x" }),
      field("mode", { defaultValue: "b" }),
      field("only_a", { required: { conditions: [{ fieldKey: "mode", operator: "is", value: "a" }] } }),
    ],
  };
  const kind: DestinationKind = {
    id: "k",
    slug: "k",
    name: "K",
    description: "",
    categories: [],
    available: true,
    authScheme: "none",
    notes: [],
    testsAuthentication: false,
    fields: [],
    actions: [action],
    presets: [{ actionId: "send", name: "All", mapping: { key: path("$.a") }, trigger: null, type: "specificEvent" }],
    startsEnabled: false,
  };

  it("begins with the action's defaults, or with the preset's own mapping", () => {
    const fromAction = newMappingDraft(kind, { action: "send", preset: undefined });
    expect(valuesOf(fromAction?.fields ?? {})).toEqual({ enable_batching: true, inner: "x", mode: "b" });
    const fromPreset = newMappingDraft(kind, { action: undefined, preset: "0" });
    expect(fromPreset).toMatchObject({ name: "All", trigger: 'type = "track"', enabled: true });
    expect(newMappingDraft(kind, { action: undefined, preset: "7" })).toBeUndefined();
    expect(newMappingDraft(kind, { action: "gone", preset: undefined })).toBeUndefined();
  });

  it("shows what is needed first, batching apart, and what nobody has to see aside", () => {
    const parts = partsOf(action, { stray: { kind: "literal", value: 1 } });
    expect(parts.main.map(({ id }) => id)).toEqual(["key", "note", "mode", "only_a"]);
    expect(parts.batching.map(({ id }) => id)).toEqual(["enable_batching"]);
    expect(parts.technical.map(({ id }) => id)).toEqual(["inner", "stray"]);
  });

  it("says which needed fields would get nothing, also those needed only under conditions", () => {
    expect(missingIn(action, {}).map(({ id }) => id)).toEqual(["key"]);
    const fields = { key: draftOf(path("$.a")), mode: draftOf("a") };
    expect(missingIn(action, fields).map(({ id }) => id)).toEqual(["only_a"]);
  });
});

describe("settings", () => {
  const setting = (name: string, more: object = {}) => ({
    name,
    label: name,
    type: "string" as const,
    required: false,
    description: "",
    secret: false,
    ...more,
  });

  it("are shown only where their conditions hold, and needed only then", () => {
    const when = { conditions: [{ fieldKey: "mode", operator: "is" as const, value: ["a", "b"] }] };
    const fields = [setting("mode"), setting("key", { dependsOn: when, required: when })];
    const names = (mode: string) => visibleFields(fields, { mode }).map(({ name }) => name);
    expect(names("a")).toEqual(["mode", "key"]);
    expect(names("c")).toEqual(["mode"]);
    expect(isNeeded(fields[1]!, fields, { mode: "b" })).toBe(true);
    expect(
      holds(
        { match: "any", conditions: [...when.conditions, { fieldKey: "x", operator: "is_not", value: 1 }] },
        () => 1,
      ),
    ).toBe(false);
  });

  it("keep the order in which headings first come", () => {
    const fields = [setting("a"), setting("b", { group: "More" }), setting("c")];
    expect(grouped(fields).map(({ title, fields }) => [title, fields.map(({ name }) => name)])).toEqual([
      [undefined, ["a", "c"]],
      ["More", ["b"]],
    ]);
  });

  it("of several values are one a line, and a chosen number stays a number", () => {
    expect(settingOf(setting("tags", { multiple: true }), "a\n\n b ")).toEqual(["a", "b"]);
    const choices = [{ label: "Two", value: 2 }];
    expect(settingOf(setting("n", { type: "select", choices }), "2")).toBe(2);
  });
});

describe("the catalogue", () => {
  it("offers a second destination of a kind a name of its own", () => {
    expect(freeName("Braze", ["Slack"])).toBe("Braze");
    expect(freeName("Braze", ["Braze", "Braze 2"])).toBe("Braze 3");
  });

  const kind = (name: string, more: Partial<KindSummary> = {}): KindSummary => ({
    id: "0".repeat(24),
    slug: name.toLowerCase(),
    name,
    description: "Sends events.",
    categories: ["CRM"],
    available: true,
    authScheme: "custom",
    actions: 1,
    ...more,
  });
  const kinds = [
    kind("Amplitude", { categories: ["Analytics"] }),
    kind("Kafka", { available: false }),
    kind("Webhook", { id: "webhook", categories: ["Raw Data"] }),
    kind("Braze", { description: "Marketing, not amplitude." }),
  ];
  const names = (text: string, category?: string) => searchKinds(kinds, text, category).map(({ name }) => name);

  it("lists our own first, then by name, and what cannot run here last", () => {
    expect(names("")).toEqual(["Webhook", "Amplitude", "Braze", "Kafka"]);
  });

  it("finds by name before description, and within a category", () => {
    expect(names("ampl")).toEqual(["Amplitude", "Braze"]);
    expect(names("kaf")).toEqual(["Kafka"]);
    expect(names("", "CRM")).toEqual(["Braze", "Kafka"]);
    expect(names("", UNAVAILABLE)).toEqual(["Kafka"]);
    expect(names("zzz")).toEqual([]);
  });

  it("counts its categories and has two letters for each tool", () => {
    expect(categoriesOf(kinds)[0]).toEqual(["CRM", 2]);
    expect(["Google Analytics 4", "Braze (Actions)", "x"].map(monogram)).toEqual(["GA", "BR", "X"]);
  });
});

describe("help texts", () => {
  it("have their links apart and no marks", () => {
    expect(helpParts("See [the docs](https://a.test/b) for **more**.")).toEqual([
      { at: 0, text: "See " },
      { at: 4, text: "the docs", href: "https://a.test/b" },
      { at: 32, text: " for more." },
    ]);
    expect(helpParts("[x](javascript:alert(1))")).toEqual([{ at: 0, text: "[x](javascript:alert(1))" }]);
  });
});
