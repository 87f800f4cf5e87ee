import type { RejectionReason } from "../core/rejection.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { QueryCalls } from "./query.ts";

/** HMAC-SHA-256 with a base64url key; signatures are base64url. `verify` compares in constant time. */
export interface Hmac {
  sign(key: string, text: string): Promise<string>;
  verify(key: string, text: string, signature: string): Promise<boolean>;
}

export interface LinkOptions {
  /** `https://data.shop.example` and `/k3x9` or "": where the link is to point. Not part of what is signed. */
  readonly origin: string;
  readonly pathPrefix: string;
  readonly writeKey: string;
  readonly linkKey: string;
  /** An absolute http or https URL. */
  readonly to: string;
  /** What a click says, in the names of readQuery. */
  readonly calls: {
    readonly anonymousId?: string;
    readonly userId?: string;
    readonly traits?: Readonly<Record<string, string>>;
    readonly event?: string;
    readonly properties?: Readonly<Record<string, string>>;
  };
}

/** Why a link is neither made nor followed. */
export type LinkProblem = Extract<RejectionReason, `link_${string}`>;

/**
 * A click-redirect URL: `GET /v1/q?…&to=…&sig=…`. Nothing that we read can be changed, added or left out afterwards;
 * what mail tools and networks append (`utm_…`, `fbclid`) means nothing here and does no harm.
 */
export async function signLink(options: LinkOptions, hmac: Hmac): Promise<Result<string, LinkProblem>> {
  const { calls } = options;
  if (webAddress(options.to) === undefined) return err("link_target");
  const params = new URLSearchParams({ writeKey: options.writeKey });
  if (calls.anonymousId !== undefined) params.set("ajs_aid", calls.anonymousId);
  if (calls.userId !== undefined) params.set("ajs_uid", calls.userId);
  for (const [name, value] of Object.entries(calls.traits ?? {})) params.set(`ajs_trait_${name}`, value);
  if (calls.event !== undefined) params.set("ajs_event", calls.event);
  for (const [name, value] of Object.entries(calls.properties ?? {})) params.set(`ajs_prop_${name}`, value);
  params.set("to", options.to);
  params.set("sig", await hmac.sign(options.linkKey, canonical(params)));
  return ok(`${new URL(options.origin).origin}${options.pathPrefix}/v1/q?${params}`);
}

/** The target of a signed link, or why it must not be followed. */
export async function verifyLink(search: string, linkKey: string, hmac: Hmac): Promise<Result<string, LinkProblem>> {
  const params = new URLSearchParams(search);
  const [signature, ...otherSignatures] = params.getAll("sig");
  const [to, ...otherTargets] = params.getAll("to");
  if (signature === undefined || signature === "") return err("link_unsigned");
  if (to === undefined || otherSignatures.length + otherTargets.length > 0) return err("link_ambiguous");
  if (!(await hmac.verify(linkKey, canonical(params), signature))) return err("link_altered");
  const target = webAddress(to);
  return target === undefined ? err("link_target") : ok(target);
}

/** What opening a link records: a click always, under this name and with its target where the link names no event. */
export const clickOf = (calls: QueryCalls, target: string): QueryCalls =>
  calls.event === undefined
    ? { ...calls, event: "Link Clicked", properties: { url: target, ...calls.properties } }
    : calls;

/**
 * What is signed: every decoded parameter that has a meaning here, sorted, as JSON (which no value can imitate), under a
 * version so that the key can never be made to sign something else. Order and escaping may change on the way.
 */
function canonical(params: URLSearchParams): string {
  const pairs = [...params].filter(([name]) => name === "writeKey" || name === "to" || name.startsWith("ajs_"));
  pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return `inlet-link-1\n${JSON.stringify(pairs)}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function webAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url.href : undefined;
}
