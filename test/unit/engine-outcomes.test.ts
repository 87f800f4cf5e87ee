import { beforeAll, describe, expect, it } from "vitest";
import type { RawExchange } from "../../src/destinations/engine/call.ts";
import { failureOf } from "../../src/destinations/engine/failure.ts";
import { loadCore, type ActionsCore } from "../../src/destinations/engine/modules.ts";
import { failAll, outcomeOfSingle, outcomesOfBatch } from "../../src/destinations/engine/results.ts";

const facts = { hide: (text: string) => text.replaceAll("secret", "••••"), now: 0, exchanges: [] as RawExchange[] };
const failure = (thrown: unknown, late = false) => failureOf(thrown, { ...facts, late });
const answered = (status: number, headers: Record<string, string>): RawExchange => ({
  method: "POST",
  url: "https://a.example",
  headers: {},
  body: "",
  response: { status, statusText: "", headers, body: "" },
});

let core: ActionsCore;
beforeAll(async () => {
  core = await loadCore();
});

describe("what an error says of trying again", () => {
  it("follows Segment's status policy", () => {
    for (const [status, verdict] of [
      [400, "abandoned"],
      [401, "abandoned"],
      [404, "abandoned"],
      [408, "retry"],
      [423, "retry"],
      [429, "retry"],
      [500, "retry"],
      [501, "abandoned"],
      [503, "retry"],
    ] as const) {
      const thrown = new core.IntegrationError("no", "CODE", status);
      expect(failure(thrown)).toMatchObject({ status: verdict, reason: String(status), detail: "CODE: no" });
    }
  });

  it("takes a refused payload for final, in the words of the destination", () => {
    for (const thrown of [
      new core.PayloadValidationError("no e-mail"),
      new core.InvalidAudienceMembershipError("no e-mail"),
      Object.assign(new Error("no e-mail"), { name: "AggregateAjvError", status: 400 }),
    ]) {
      expect(failure(thrown)).toEqual({
        status: "abandoned",
        reason: "MESSAGE_REJECTED",
        detail: "no e-mail",
        who: "user",
      });
    }
  });

  it("tells what is wrong without the lines of code where it was noticed", () => {
    const message =
      "\n    /name should be a string.\n        at validate (worker.js:1286:7)\n        at worker.js:9:1\n    /id is missing.";
    expect(failure(new Error(message)).detail).toBe("/name should be a string.\n    /id is missing.");
  });

  it("tells in what words the destination refused", () => {
    const refused = Object.assign(new Error("Bad Request"), { name: "HTTPError", response: { status: 400 } });
    const saying = (body: string) =>
      failureOf(refused, {
        ...facts,
        late: false,
        exchanges: [{ ...answered(400, {}), response: { ...answered(400, {}).response!, body } }],
      });
    expect(saying('{"message":\n "no such list, key secret"}').detail).toBe(
      'Bad Request: {"message": "no such list, key ••••"}',
    );
    expect(saying("<!doctype html><h1>Bad Request</h1>").detail).toBe("Bad Request");
    expect(saying(" ").detail).toBe("Bad Request");
    expect(saying("x".repeat(1000)).detail).toHaveLength(301);
  });

  it("tries again what took too long, whoever noticed", () => {
    expect(failure(new core.RequestTimeoutError())).toMatchObject({ status: "retry", reason: "ETIMEDOUT" });
    expect(failure(new core.SelfTimeoutError("slow"))).toMatchObject({ status: "retry", reason: "ETIMEDOUT" });
    expect(failure(new Error("Request was aborted"), true)).toMatchObject({ status: "retry", reason: "ETIMEDOUT" });
  });

  it("gives failed connections their published codes, and names what the guard refused", () => {
    const coded = (code: string) => Object.assign(new Error("x"), { code });
    expect(failure(coded("ENOTFOUND"))).toMatchObject({ status: "retry", reason: "ENOTFOUND" });
    expect(failure(coded("EREFUSED"))).toMatchObject({ status: "abandoned", reason: "EREFUSED", who: "user" });
  });

  it("tries again what a destination's code did not expect, and hides secrets in its words", () => {
    expect(failure(new TypeError("cannot read secret"))).toEqual({
      status: "retry",
      reason: "INTERNAL",
      detail: "cannot read ••••",
    });
    expect(failure("a text")).toMatchObject({ status: "retry", reason: "INTERNAL", detail: "a text" });
    expect(failure(undefined)).toMatchObject({ status: "retry", reason: "INTERNAL" });
  });

  it("waits as long as the answer asked for, also when the error made of it carries no headers", () => {
    const exchanges = [answered(429, { "retry-after": "30" }), answered(200, {})];
    const thrown = new core.RetryableError("slower", 429);
    expect(failureOf(thrown, { ...facts, exchanges, late: false })).toMatchObject({ retryAfterMs: 30_000 });
  });
});

describe("what a result says of each event", () => {
  const batch = (nodes: unknown[], count = nodes.length) => outcomesOfBatch({ multistatus: nodes }, count, facts);

  it("tells each event of a batch its own outcome", () => {
    const refused = { status: 400, errortype: "PAYLOAD_VALIDATION_FAILED", errorreporter: "INTEGRATIONS" };
    expect(
      batch([
        { status: 200, sent: {}, body: {} },
        { ...refused, errormessage: "no e-mail" },
        { status: 429, errormessage: "slower", errortype: "TOO_MANY_REQUESTS" },
        { status: 404, errormessage: { unknown: "secret user" } },
        undefined,
        { status: "weird" },
      ]),
    ).toEqual([
      { status: "delivered" },
      { status: "abandoned", reason: "MESSAGE_REJECTED", detail: "no e-mail", who: "user" },
      { status: "retry", reason: "429", detail: "slower" },
      { status: "abandoned", reason: "404", detail: '{"unknown":"•••• user"}', who: "user" },
      { status: "retry", reason: "INTERNAL", detail: "the destination's code gave no result" },
      { status: "retry", reason: "500" },
    ]);
  });

  it("says when one answer stood for all of a batch, so that it can be halved", () => {
    const body = { error: "too large" };
    const invalid = { status: 400, errortype: "PAYLOAD_VALIDATION_FAILED", errorreporter: "INTEGRATIONS" };
    const outcomes = batch([{ status: 413, body, sent: {} }, invalid, { status: 413, body, sent: {} }]);
    expect(outcomes.map((outcome) => ("batchStatus" in outcome ? outcome.batchStatus : undefined))).toEqual([
      413,
      undefined,
      413,
    ]);
    const apart = batch([
      { status: 413, errormessage: "a" },
      { status: 413, errormessage: "b" },
    ]);
    expect(apart.some((outcome) => "batchStatus" in outcome)).toBe(false);
    const thrown = new core.PayloadValidationError("bad");
    expect(failAll(failure(thrown), 2, thrown, true)).toMatchObject([{ batchStatus: 400 }, { batchStatus: 400 }]);
    expect(failAll(failure(thrown), 1, thrown, true)).not.toHaveProperty("0.batchStatus");
  });

  it("says when code failed over a batch before it asked anybody, so that it can be halved without sending twice", () => {
    const thrown = new TypeError("Cannot read properties of null");
    const unsent = { status: "retry", reason: "INTERNAL", unsent: true };
    expect(failAll(failure(thrown), 2, thrown, false)).toMatchObject([unsent, unsent]);
    for (const [count, asked] of [
      [1, false],
      [2, true],
    ] as const) {
      expect(failAll(failure(thrown), count, thrown, asked)).not.toHaveProperty("0.unsent");
    }
  });

  it("believes a single event only when its own code did not give back a failure", () => {
    const done = (data: unknown) =>
      outcomeOfSingle([{ output: "Mappings resolved" }, { output: "Action Executed", data }], facts);
    expect(done({ ok: true })).toEqual({ status: "delivered" });
    expect(done(undefined)).toEqual({ status: "delivered" });
    const several = new core.MultiStatusResponse();
    several.pushSuccessResponse({ status: 200, sent: {}, body: {} });
    expect(done(several)).toEqual({ status: "delivered" });
    several.pushErrorResponse({ status: 503, errormessage: "down" });
    expect(done(several)).toMatchObject({ status: "retry", reason: "503", detail: "down" });
    expect(done(new core.APIError("gone", 410))).toMatchObject({ status: "abandoned", reason: "410" });
    expect(outcomeOfSingle([{ output: "not subscribed" }], facts)).toMatchObject({
      status: "abandoned",
      reason: "INVALID_SETTINGS",
    });
  });
});
