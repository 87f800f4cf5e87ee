import fc from "fast-check";
import { EventType } from "../../src/core/event.ts";

/** Any string of UTF-16 units, lone surrogates included. */
export const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

/** Any JSON value with keys that hurt, as a body brings it. */
const hostileKey = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "toJSON", "", "length");
const hostileJson = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.jsonValue(), anyText, fc.double(), tie("array"), tie("object")),
  array: fc.array(tie("value"), { maxLength: 5 }),
  object: fc
    .array(fc.tuple(fc.oneof(hostileKey, anyText), tie("value")), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries) as unknown),
})).value;

/** As it is after a body was parsed: what JSON cannot say is gone. */
export const parsed = hostileJson.map((value) => JSON.parse(JSON.stringify(value) ?? "null") as unknown);

/** Mostly what the field should be, sometimes anything. */
export const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 24, arbitrary: right }, { weight: 1, arbitrary: parsed });
export const anyObject = parsed.map((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : { value },
);
const anyIso = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
export const anyContext = fc.record(
  {
    ip: mostly(fc.ipV4()),
    userAgent: mostly(anyText),
    library: mostly(fc.record({ name: fc.constantFrom("analytics.js", "analytics-ios", "x"), version: fc.string() })),
    device: mostly(fc.record({ advertisingId: mostly(fc.uuid()) })),
    consent: mostly(fc.record({ categoryPreferences: fc.dictionary(fc.string(), fc.boolean()) })),
    direct: fc.boolean(),
    traits: mostly(anyObject),
  },
  { requiredKeys: [] },
);

/** Something close to a message, each field of it possibly wrong. */
export const nearMessage = fc.record(
  {
    type: mostly(fc.constantFrom(...EventType.options)),
    messageId: mostly(fc.uuid()),
    userId: mostly(fc.string()),
    anonymousId: mostly(fc.uuid()),
    event: mostly(fc.string({ minLength: 1 })),
    groupId: mostly(fc.string({ minLength: 1 })),
    previousId: mostly(fc.string({ minLength: 1 })),
    name: mostly(fc.string({ minLength: 1 })),
    category: mostly(fc.string({ minLength: 1 })),
    properties: mostly(anyObject),
    traits: mostly(anyObject),
    context: mostly(anyContext),
    integrations: mostly(anyObject),
    timestamp: mostly(anyIso),
    originalTimestamp: mostly(anyIso),
    sentAt: mostly(anyIso),
    writeKey: parsed,
    _metadata: parsed,
  },
  { requiredKeys: ["type", "anonymousId", "event"] },
);

export const anyDate = fc.oneof(
  anyText,
  fc.string(),
  fc.double(),
  fc.date().map((date) => (Number.isNaN(date.getTime()) ? "Invalid Date" : date.toISOString())),
  fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/),
  parsed,
);

export const receivedAt = fc.integer({ min: 0, max: Date.parse("9999-01-01T00:00:00.000Z") });
