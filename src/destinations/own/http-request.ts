import { isJsonObject } from "../../core/json.ts";
import { HeaderName, HeaderValue } from "./http-parts.ts";
import type { HttpSettings } from "./http-settings.ts";
import { refusePayload } from "./send.ts";

/** What the mapping makes of one event; untrusted in all its parts. */
export interface HttpPayload {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly format?: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly batch_format?: string;
}

type Scalar = string | number | boolean;
const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value);
const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

/** `name=value` pairs; a list gives one for each item, an object its JSON. */
function pairsOf(values: unknown): [string, string][] {
  if (!isJsonObject(values)) return [];
  return Object.entries(values).flatMap(([name, value]) =>
    [value]
      .flat()
      .filter((one) => !isAbsent(one))
      .map((one): [string, string] => [name, isScalar(one) ? String(one) : JSON.stringify(one)]),
  );
}

/** Whether the parser of URLs has left parts of a path out: only `.` and `..`, in any disguise, make it do so. */
function shortened(root: string, rest: string, parsed: string): boolean {
  const [given = ""] = rest.split(/[?#]/, 1);
  return parsed.split("/").length < root.split("/").length + given.split(/[\\/]/).length;
}

/**
 * The base URL with a payload's path and query. The host is the settings' own whatever the event says, and so is the
 * beginning of the path: what would climb out of a part of it, as an event's id in a template may try, is refused.
 */
export function targetOf({ url: base }: Pick<HttpSettings, "url">, { path = "", query }: HttpPayload): URL {
  const trimmed = base.replace(/\/+$/, "");
  const rest = path.replace(/^\/+/, "");
  const target = new URL(rest === "" ? base : `${trimmed}/${rest}`);
  const { origin, pathname } = new URL(base);
  const root = pathname.replace(/\/+$/, "");
  const inside = target.pathname === pathname || target.pathname === root || target.pathname.startsWith(`${root}/`);
  if (target.origin !== origin || !inside) throw refusePayload("the path leads out of the base URL");
  if (rest !== "" && shortened(root, rest, target.pathname)) {
    throw refusePayload("the path holds .., which would lead to another part of the base URL");
  }
  target.hash = "";
  for (const [name, value] of pairsOf(query)) target.searchParams.append(name, value);
  return target;
}

/** The settings' headers win over the mapping's, the secret ones over all. */
export function headersOf(settings: HttpSettings, payload: HttpPayload, contentType: string | undefined): Headers {
  const headers = new Headers({ "user-agent": "Inlet" });
  if (contentType !== undefined) headers.set("content-type", contentType);
  for (const [name, value] of Object.entries(payload.headers ?? {})) {
    if (isAbsent(value)) continue;
    const known = HeaderName.safeParse(name);
    const text = HeaderValue.safeParse(isScalar(value) ? String(value) : undefined);
    if (!known.success || !text.success) throw refusePayload(`${JSON.stringify(name)} is no header that can be sent`);
    headers.set(name, text.data);
  }
  for (const given of [settings.headers, settings.secretHeaders]) {
    for (const [name, value] of Object.entries(given)) headers.set(name, value);
  }
  return headers;
}

export interface Body {
  readonly text: string;
  readonly contentType: string;
}

const json = (value: unknown): string => JSON.stringify(value ?? null);

/** The body of a request for one event; undefined for GET and DELETE, which have none here. */
export function bodyOf(payload: HttpPayload): Body | undefined {
  const { method = "POST", format = "json", body, text = "" } = payload;
  if (method === "GET" || method === "DELETE") return undefined;
  if (format === "text") return { text, contentType: "text/plain; charset=utf-8" };
  if (format === "form") {
    return { text: new URLSearchParams(pairsOf(body)).toString(), contentType: "application/x-www-form-urlencoded" };
  }
  return { text: json(body), contentType: "application/json" };
}

/** The body of a request for several events, whose method and format are the same. */
export function batchBodyOf(payloads: readonly HttpPayload[]): Body {
  const [first = {}] = payloads;
  if (bodyOf(first) === undefined || (first.format ?? "json") !== "json") {
    throw refusePayload("only JSON bodies can be sent together; turn batching off or choose JSON");
  }
  const bodies = payloads.map(({ body }) => json(body));
  return first.batch_format === "ndjson"
    ? { text: bodies.map((one) => `${one}\n`).join(""), contentType: "application/x-ndjson" }
    : { text: `[${bodies.join(",")}]`, contentType: "application/json" };
}
