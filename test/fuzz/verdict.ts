// What an answer may look like. Every refusal carries a reason of the product's own lists.
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { REJECTIONS } from "../../src/core/rejection.ts";
import type { Answer } from "./http-answer.ts";
import type { HungUp } from "./http-wire.ts";
import type { Expectation, FuzzInput } from "./input.ts";
import { REACHED } from "./probe.ts";

/** What the control plane's refusals are called. */
const PROBLEMS = new Set([
  "bad_request",
  "conflict",
  "cross_site",
  "forbidden",
  "invalid",
  "invalid_token",
  "not_a_websocket",
  "not_found",
  "rate_limited",
  "too_large",
  "too_many_views",
  "unauthenticated",
]);
const CODES = new Set([...Object.keys(REJECTIONS), "invalid_request", "method_not_allowed"]);
/** Refusals in plain text. */
const SENTENCES = ["Inlet has no source with this write key.", "No such chunk.", "No such file."];

/** `label`: the kind of answer, for the totals. `wrong`: what must not be. `accepted`, `refused`: ids of which that was told. */
export interface Verdict {
  readonly label: string;
  readonly wrong?: string;
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
}

interface Told {
  readonly messageId?: string;
  readonly status: string;
  readonly reason?: string;
}
interface Body {
  readonly success?: boolean;
  readonly code?: string;
  readonly items?: readonly Told[];
  readonly outcome?: Told;
  readonly errors?: readonly { readonly type: string }[];
  readonly data?: unknown;
}

const parse = (body: Buffer): Body | undefined => {
  try {
    return JSON.parse(body.toString()) as Body;
  } catch {
    return undefined;
  }
};

const wrong = (label: string, what: string): Verdict => ({ label, wrong: what, accepted: [], refused: [] });
const fine = (label: string): Verdict => ({ label, accepted: [], refused: [] });

export function judgeAnswer(input: FuzzInput, answer: Answer | HungUp): Verdict {
  if (answer.status === 0)
    return input.odd === true ? fine("hung up by the runtime") : wrong("hung up", (answer as HungUp).why);
  const { status, headers } = answer as Answer;
  const body = unpacked(answer as Answer);
  // Neither the product's code nor its doing: a host, path or method that the runtime cannot make a request of.
  if (status >= 400 && !headers.has(REACHED)) {
    return input.odd === true
      ? fine(`${status} by the runtime`)
      : wrong(`${status} by the runtime`, body.toString().slice(0, 500));
  }
  if (status >= 500) return wrong(String(status), body.toString().slice(0, 2000));
  if (headers.has("x-injected")) return wrong(String(status), "a header of the request's making");
  const type = headers.get("content-type") ?? "";
  const parsed = type.includes("json") ? parse(body) : undefined;
  if (type.includes("json") && parsed === undefined && input.method !== "HEAD" && status !== 304)
    return wrong(`${status}`, "JSON that is none");
  if (parsed?.errors !== undefined) return ofControl(status, parsed.errors);
  if (parsed?.success !== undefined) return ofCall(input, status, parsed);
  return ofOther(input, { ...(answer as Answer), body }, type);
}

function unpacked({ headers, body }: Answer): Buffer {
  if (body.length === 0) return body;
  const encoding = headers.get("content-encoding");
  return encoding === "gzip" ? gunzipSync(body) : encoding === "br" ? brotliDecompressSync(body) : body;
}

function ofControl(status: number, errors: NonNullable<Body["errors"]>): Verdict {
  const types = [...new Set(errors.map((one) => one.type))];
  const label = `${status} ${types.join()}`;
  return status >= 400 && types.length > 0 && types.every((one) => PROBLEMS.has(one))
    ? fine(label)
    : wrong(label, "a problem without a name");
}

function ofCall(input: FuzzInput, status: number, { success, code, items, outcome }: Body): Verdict {
  const label = `${status} ${code ?? outcome?.reason ?? (items === undefined ? "success" : "told each")}`;
  if ((status === 200) !== success) return wrong(label, "status and success differ");
  if (status !== 200 && !CODES.has(code ?? "")) return wrong(label, `an unknown code: ${code}`);
  if (input.says !== undefined && input.says !== code) return wrong(label, `it should say ${input.says}`);
  const told = [...(items ?? []), ...(outcome === undefined ? [] : [outcome])];
  const unnamed = told.find((one) => one.status === "rejected" && !Object.hasOwn(REJECTIONS, one.reason ?? ""));
  if (unnamed !== undefined) return wrong(label, `refused without a reason: ${JSON.stringify(unnamed)}`);
  const odd = told.find((one) => !["accepted", "duplicate", "rejected"].includes(one.status));
  if (odd !== undefined) return wrong(label, `no fate: ${JSON.stringify(odd)}`);
  const differs = input.expect?.told === true ? compare(input.expect, items, status) : undefined;
  const idsOf = (status: string) =>
    (items ?? []).flatMap((one) => (one.status === status ? [one.messageId ?? ""] : []));
  return {
    label,
    accepted: idsOf("accepted"),
    refused: idsOf("rejected"),
    ...(differs === undefined ? {} : { wrong: differs }),
  };
}

/** The answer's items against what the oracle says of each message. */
function compare({ messages }: Expectation, items: readonly Told[] | undefined, status: number): string | undefined {
  if (items === undefined) {
    const good = messages.findIndex(({ fate }) => fate === "good");
    return good === -1 ? undefined : `refused as a whole (${status}), though message ${good} is good`;
  }
  if (messages.length > 0 && items.length !== messages.length)
    return `${items.length} fates for ${messages.length} messages`;
  for (const [i, item] of items.entries()) {
    const fate = messages[i]?.fate ?? "bad";
    const isIn = item.status !== "rejected";
    if (fate === "good" && !isIn) return `message ${i} is good and was refused: ${item.reason}`;
    if (fate === "bad" && isIn) return `message ${i} is bad and was ${item.status}`;
  }
  return undefined;
}

function ofOther({ method }: FuzzInput, { status, headers, body }: Answer, type: string): Verdict {
  const kind = type.split(";")[0] || "no body";
  const label = `${status} ${kind}`;
  if (status < 400 || method === "HEAD") return fine(label);
  const text = body.toString();
  if (kind === "text/html" && text.includes("<title>Link not followed</title>")) return fine(`${status} link refused`);
  if (kind === "text/html" && headers.has("content-security-policy")) return fine(label);
  if (SENTENCES.some((one) => text === one)) return fine(`${status} ${text}`);
  return wrong(label, `a refusal without a reason: ${text.slice(0, 300)}`);
}
