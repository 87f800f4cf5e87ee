import { MOVED_HOST } from "./answers.ts";
import type { CapturedRequest, DifferentialCase, Observation } from "./case.ts";

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** The AWS SDK tells which system and which Node it runs on. */
const withoutRuntime = (agent: string): string => agent.replaceAll(/\b(os|md)\/\S+/g, "$1/<runtime>");

/**
 * Upstream takes every header along where a redirect leads; Inlet takes no key to a host that was not asked for it
 * (test/unit/security-outbound.test.ts). The rest of such a request has to be the same.
 */
const CREDENTIAL = /auth|token|key|signature/i;
const isForeign = (url: string): boolean => new URL(url).hostname === MOVED_HOST;

/** Ids and boundaries that the run itself made up are the same whatever they are; what the case gave must arrive. */
function normaliser(given: DifferentialCase): (request: CapturedRequest) => CapturedRequest {
  const known = new Set(JSON.stringify(given).match(UUID) ?? []);
  const text = (from: string, boundary: string | undefined): string => {
    const plain = boundary === undefined ? from : from.replaceAll(boundary, "<boundary>");
    return plain.replaceAll(UUID, (id) => (known.has(id) ? id : "<made up>"));
  };
  return ({ method, url, headers, body }) => {
    const boundary = /boundary="?([^";]+)/.exec(headers["content-type"] ?? "")?.[1];
    const named = Object.entries(headers)
      // workerd sends no header without a value; it would say nothing.
      .filter(([name, value]) => value !== "" && !(isForeign(url) && CREDENTIAL.test(name)))
      .map(
        ([name, value]) => [name, text(name.endsWith("user-agent") ? withoutRuntime(value) : value, boundary)] as const,
      );
    const sorted = named.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { method, url: text(url, boundary), headers: Object.fromEntries(sorted), body: text(body, boundary) };
  };
}

interface Comparable {
  readonly requests: readonly CapturedRequest[];
  readonly verdicts: Observation["verdicts"];
  readonly savedTokens: Observation["savedTokens"];
}

function comparable(given: DifferentialCase, one: Observation, ordered: boolean): Comparable {
  const requests = one.requests.map(normaliser(given));
  const byText = (a: CapturedRequest, b: CapturedRequest): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  const { verdicts, savedTokens } = one;
  return { requests: ordered ? requests : requests.toSorted(byText), verdicts, savedTokens };
}

/** Says where two values part first, or nothing. */
function difference(expected: unknown, actual: unknown, at: string): string | undefined {
  if (Object.is(expected, actual)) return undefined;
  const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 300) ?? "nothing";
  if (typeof expected === "string" && typeof actual === "string") return textDifference(expected, actual, at);
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null) {
    return `${at}: expected ${show(expected)}, got ${show(actual)}`;
  }
  const one = expected as Record<string, unknown>;
  const other = actual as Record<string, unknown>;
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = difference(one[key], other[key], `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function textDifference(expected: string, actual: string, at: string): string {
  let from = 0;
  while (expected[from] === actual[from]) from++;
  const cut = (text: string): string => JSON.stringify(text.slice(Math.max(0, from - 40), from + 120));
  return `${at} from character ${from}: expected …${cut(expected)}, got …${cut(actual)}`;
}

/** The first difference between what upstream and Inlet did, as a sentence. Undefined: none. */
export function compare(given: DifferentialCase, oracle: Observation, engine: Observation): string | undefined {
  const ordered = !oracle.overlapping;
  const expected = comparable(given, oracle, ordered);
  const actual = comparable(given, engine, ordered);
  return (
    difference(expected.verdicts, actual.verdicts, "verdicts") ??
    difference(expected.requests, actual.requests, "requests") ??
    difference(expected.savedTokens, actual.savedTokens, "savedTokens")
  );
}
