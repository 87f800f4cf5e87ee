import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeKeyCandidates } from "../../src/collect/auth.ts";
import { originAllowed } from "../../src/collect/origin.ts";
import { collectRoutes } from "../../src/collect/routes.ts";
import { bodyWriteKeys, guessWriteKeys, openBatch } from "../../src/core/decode.ts";
import { EventType } from "../../src/core/event.ts";
import { parseJson } from "../../src/core/json.ts";
import { normalise, openArrival } from "../../src/core/normalise.ts";
import { sampleOfLine, sampleOfRefusal } from "../../src/core/sample.ts";
import { inspect, sanitise } from "../../src/core/sanitise.ts";
import { clockSkew, eventTime, parseTime } from "../../src/core/timestamps.ts";
import { cutUtf8, utf8Length } from "../../src/core/utf8.ts";
import {
  anyContext,
  anyDate,
  anyObject,
  anyText,
  mostly,
  nearMessage,
  parsed,
  receivedAt,
} from "../support/arbitraries.ts";
import { memoryAcceptDeps } from "../support/memory-deps.ts";

describe("no input makes a parser throw", () => {
  it("JSON, envelopes and keys in them", () => {
    fc.assert(
      fc.property(anyText, parsed, (text, value) => {
        parseJson(text);
        guessWriteKeys(text);
        openBatch(value);
        expect(bodyWriteKeys(value).every((key) => typeof key === "string")).toBe(true);
      }),
    );
  });

  it("credentials: at most eight printable candidates come out", () => {
    const header = fc.oneof(
      anyText,
      fc.array(fc.base64String().map((text) => `Basic ${text}`)).map((parts) => parts.join(",")),
    );
    fc.assert(
      fc.property(header, anyText, anyText, fc.array(anyText), (authorization, xWriteKey, query, body) => {
        const keys = writeKeyCandidates({ authorization, xWriteKey, query, body });
        expect(keys.length).toBeLessThanOrEqual(8);
        expect(keys.every((key) => key !== "" && key.length <= 200 && !/[\s*]/.test(key))).toBe(true);
      }),
    );
  });

  it("dates: what comes out is a four-digit-year ISO time that is not in the future", () => {
    fc.assert(
      fc.property(anyDate, anyDate, receivedAt, (original, sentAt, ms) => {
        parseTime(original);
        const time = eventTime(original, clockSkew(sentAt, ms), { ms, iso: new Date(ms).toISOString() });
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(new Date(time).toISOString()).toBe(time);
        expect(Date.parse(time)).toBeLessThanOrEqual(ms + 5000);
      }),
    );
  });

  it("UTF-8 cuts: the longest beginning that fits", () => {
    fc.assert(
      fc.property(anyText, fc.nat(60), (text, limit) => {
        const cut = cutUtf8(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(utf8Length(cut)).toBe(new TextEncoder().encode(cut).length);
        expect(utf8Length(cut)).toBeLessThanOrEqual(limit);
        const next = String.fromCodePoint(text.codePointAt(cut.length) ?? 0);
        expect(cut.length === text.length || utf8Length(cut + next) > limit).toBe(true);
      }),
    );
  });

  it("origins", () => {
    fc.assert(
      fc.property(fc.array(anyText), anyText, (allowed, origin) => typeof originAllowed(allowed, origin) === "boolean"),
    );
  });

  it("debugger rows of anything", () => {
    fc.assert(
      fc.property(anyText, parsed, (text, value) => {
        expect(sampleOfLine(text, "accepted").raw).toBe(text);
        const { raw } = sampleOfRefusal(value, { reason: "bad_request" }, 0);
        expect(typeof raw).toBe("string");
      }),
    );
  });
});

describe("sanitising", () => {
  it("leaves nothing that could change a prototype, and all else as it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), parsed), (message) => {
        const clean = sanitise(message);
        expect(inspect(clean.message).poisoned).toBe(false);
        if (!inspect(message).poisoned) expect(clean).toEqual({ message, dropped: 0 });
      }),
    );
  });
});

describe("normalising", () => {
  const arrivalFacts = fc.record({
    impliedType: fc.constantFrom(undefined, ...EventType.options),
    sender: fc.record({ ip: fc.oneof(fc.ipV4(), fc.ipV6(), anyText), userAgent: anyText, clientSide: fc.boolean() }),
    shared: fc.record(
      { context: mostly(anyContext), integrations: mostly(anyObject), sentAt: anyDate },
      { requiredKeys: [] },
    ),
    receivedAt,
  });

  it("accepts with one line that reads back, or refuses with a reason; the input stays as it was", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(nearMessage, parsed), arrivalFacts, (raw, facts) => {
        const before = JSON.stringify([raw, facts.shared]);
        const arrival = openArrival({ projectId: "src_1", ...facts });
        if (!arrival.ok) return;
        const result = normalise(raw, arrival.value, () => "made");
        expect(JSON.stringify([raw, facts.shared])).toBe(before);
        if (result.ok) accepted++;
        if (!result.ok) return;
        const { line, messageId } = result.value;
        expect(line).not.toMatch(/[\n\r]/);
        const event = JSON.parse(line) as Record<string, unknown>;
        expect(event).toMatchObject({
          messageId,
          projectId: "src_1",
          version: 2,
          receivedAt: new Date(facts.receivedAt).toISOString(),
        });
        expect(Object.hasOwn(event, "writeKey")).toBe(false);
        expect(inspect(event).poisoned).toBe(false);
        expect(sampleOfLine(line, "accepted").type).toBe(event["type"]);
      }),
      { numRuns: 500 },
    );
    // The generators reach both outcomes, or this property says nothing.
    expect(accepted).toBeGreaterThan(50);
  });

  it("brings properties through exactly: every double, every UTF-16 unit", () => {
    const properties = fc.dictionary(
      fc.string().filter((key) => key !== "__proto__" && key !== "constructor"),
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
        anyText,
        fc.boolean(),
        fc.constant(null),
      ),
    );
    const arrival = openArrival({ projectId: "s", impliedType: "track", sender: { clientSide: false }, receivedAt: 0 });
    fc.assert(
      fc.property(properties, (given) => {
        const body = JSON.parse(JSON.stringify({ event: "x", userId: "u", properties: given })) as {
          properties: unknown;
        };
        const result = arrival.ok && normalise(body, arrival.value, () => "made");
        const event = result && result.ok ? (JSON.parse(result.value.line) as { properties: unknown }) : undefined;
        expect(event?.properties).toEqual(body.properties);
        expect(Object.entries(event?.properties ?? {})).toEqual(Object.entries(given));
      }),
    );
  });
});

describe("no request gets a 5xx or a hanging answer", () => {
  const paths = [
    "/v1/track",
    "/v1/t",
    "/i",
    "/v1/batch",
    "/b",
    "/import",
    "/beacon/v1/batch",
    "/api/s/page",
    "/api/s/s2s/event",
    "/v1/m",
  ];
  const asBytes = (value: unknown): Uint8Array =>
    new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    anyText.map(asBytes),
    nearMessage.map(asBytes),
    fc
      .record(
        {
          batch: fc.oneof(fc.array(nearMessage, { maxLength: 4 }), parsed),
          context: parsed,
          integrations: parsed,
          sentAt: parsed,
          writeKey: parsed,
        },
        { requiredKeys: [] },
      )
      .map(asBytes),
    nearMessage.map((value) => new Uint8Array(gzipSync(asBytes(value)))),
  );
  const headers = fc.record(
    {
      authorization: fc.oneof(fc.string(), fc.constant(`Basic ${btoa("wk_1:")}`)),
      "content-type": fc.constantFrom(
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
      ),
      "content-encoding": fc.constantFrom("gzip", "deflate", "br", "identity", "gzip, gzip"),
      origin: fc.constantFrom("https://shop.example", "null"),
      prefer: fc.constantFrom("return=representation", "return=minimal"),
      "x-write-key": fc.constantFrom("wk_1", "wk_1:secret", "***"),
    },
    { requiredKeys: [] },
  );
  const isHeader = (value: string): boolean => /^[\x20-\x7e]*$/.test(value);

  it("whatever the body and the headers are: 200 or 400, and JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body, headers, async (path, bytes, given) => {
        const deps = memoryAcceptDeps();
        const usable = Object.fromEntries(
          Object.entries(given).filter(([, value]) => value !== undefined && isHeader(value)),
        );
        const response = await collectRoutes(deps).request(path, {
          method: "POST",
          body: bytes as Uint8Array<ArrayBuffer>,
          headers: usable,
        });
        await deps.settle();
        expect([200, 400]).toContain(response.status);
        expect(JSON.parse(await response.text())).toMatchObject({ success: response.status === 200 });
      }),
      { numRuns: 400 },
    );
  });
});
