import { describe, expect, it } from "vitest";
import type { CapturedRequest, DifferentialCase, Observation } from "./case.ts";
import { compare } from "./compare.ts";

const ID = "0b6b4bd2-9a1c-4c57-8c6e-0f1f7f3a9a11";
const given: DifferentialCase = {
  id: "one",
  destination: "d",
  slug: "d",
  action: "a",
  trigger: 'type = "track"',
  mapping: {},
  settings: {},
  events: [{ type: "track", anonymousId: ID }],
  answer: { kind: "status", status: 200, body: 0 },
};
const request = (over: Partial<CapturedRequest> = {}): CapturedRequest => ({
  method: "POST",
  url: "https://api.example.com/in",
  headers: { "content-type": "application/json" },
  body: '{"a":1}',
  ...over,
});
const observed = (requests: readonly CapturedRequest[], over: Partial<Observation> = {}): Observation => ({
  requests,
  verdicts: [{ status: "delivered" }],
  overlapping: false,
  savedTokens: [],
  notes: [],
  ...over,
});
const difference = (one: Observation, other: Observation): string | undefined => compare(given, one, other);

describe("comparing two runs of a case", () => {
  it("finds none between equal ones", () => {
    expect(difference(observed([request()]), observed([request()], { notes: ["said otherwise"] }))).toBeUndefined();
  });

  it.each([
    ["a method", { method: "PUT" }],
    ["a URL", { url: "https://api.example.com/in?x" }],
    ["a header's value", { headers: { "content-type": "text/plain" } }],
    ["a header more", { headers: { "content-type": "application/json", "x-a": "1" } }],
    ["the order of a body's keys", { body: '{"b":2,"a":1}' }],
  ] as const)("finds %s that differs", (_what, over) => {
    expect(difference(observed([request()]), observed([request(over)]))).toMatch(/^requests\.0/);
  });

  it("finds a request that is missing, and one too many", () => {
    expect(difference(observed([request(), request()]), observed([request()]))).toMatch(/^requests\.1/);
    expect(difference(observed([]), observed([request()]))).toMatch(/^requests\.0/);
  });

  it("keeps to the order of requests unless upstream had several under way at once", () => {
    const [one, other] = [request({ body: "1" }), request({ body: "2" })];
    expect(difference(observed([one, other]), observed([other, one]))).toMatch(/^requests/);
    expect(difference(observed([one, other], { overlapping: true }), observed([other, one]))).toBeUndefined();
  });

  it("finds another outcome, reason or pause", () => {
    const retry = observed([], { verdicts: [{ status: "retry", reason: "429", retryAfterMs: 37_000 }] });
    expect(difference(retry, observed([]))).toMatch(/^verdicts/);
    expect(difference(retry, observed([], { verdicts: [{ status: "retry", reason: "429" }] }))).toMatch(/^verdicts/);
  });

  it("takes ids for equal that the run made up, and none that the case gave", () => {
    const [one, other] = [ID.replace("0b6b", "1111"), ID.replace("0b6b", "2222")];
    expect(difference(observed([request({ body: one })]), observed([request({ body: other })]))).toBeUndefined();
    expect(difference(observed([request({ body: ID })]), observed([request({ body: other })]))).toMatch(/^requests/);
  });

  it("finds tokens that were not kept", () => {
    const kept = observed([], { savedTokens: [{ oauth_access_token: "t" }] });
    expect(difference(kept, observed([]))).toMatch(/^savedTokens/);
  });
});
