import * as z from "zod";
import type { DestinationField } from "../../core/destination-kind.ts";
import { HttpUrl, PlainHeaders, SecretHeaders } from "./http-parts.ts";

/** `200-299, 409` → ranges of statuses. Undefined for what is no such list. */
export function parseStatuses(text: string): (readonly [number, number])[] | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(",")) {
    const [, low, high] = /^\s*(\d{3})\s*(?:-\s*(\d{3})\s*)?$/.exec(part) ?? [];
    if (low === undefined) return undefined;
    ranges.push([Number(low), Number(high ?? low)]);
  }
  return ranges.every(([low, high]) => low >= 100 && low <= high && high <= 599) ? ranges : undefined;
}

const BaseUrl = HttpUrl.refine((text) => {
  if (!URL.canParse(text)) return true;
  const { search, hash } = new URL(text);
  return search === "" && hash === "";
}, "must not have a query or a fragment; the mapping has a place for a query");

const Text = z.string().trim().max(2000).default("");

/** How the client names itself to the token endpoint (RFC 6749 §2.3.1). */
const CLIENT_AUTH = [
  { value: "basic", label: "In the Authorization header" },
  { value: "body", label: "In the body" },
] as const;

export const HttpSettings = z
  .object({
    url: BaseUrl,
    headers: PlainHeaders.default({}),
    secretHeaders: SecretHeaders,
    successStatuses: z
      .string()
      .max(200)
      .refine((text) => parseStatuses(text) !== undefined, "statuses such as 200-299, 409")
      .default("200-299"),
    oauth_refresh_token_url: z.union([z.literal(""), HttpUrl]).default(""),
    oauth_client_id: Text,
    oauth_client_secret: Text,
    oauthScope: Text,
    oauthAudience: Text,
    oauthClientAuth: z.enum(["basic", "body"]).default("basic"),
  })
  .check(({ value, issues }) => {
    if (value.oauth_refresh_token_url === "") return;
    for (const name of ["oauth_client_id", "oauth_client_secret"] as const) {
      if (value[name] !== "") continue;
      issues.push({ code: "custom", message: "is needed with a token URL", path: [name], input: value });
    }
  });
export type HttpSettings = z.infer<typeof HttpSettings>;

/** Whether requests carry a token of the OAuth client. */
export const usesOAuth = ({ oauth_refresh_token_url }: HttpSettings): boolean => oauth_refresh_token_url !== "";

const OAUTH = "OAuth client credentials";
type Given = Pick<DestinationField, "name" | "label" | "description"> & Partial<DestinationField>;
const field = (given: Given): DestinationField => ({ type: "string", required: false, secret: false, ...given });

export const HTTP_FIELDS: readonly DestinationField[] = [
  field({
    name: "url",
    label: "Base URL",
    required: true,
    description: "http or https. Each mapping adds its path; no event can lead a request anywhere else.",
  }),
  field({
    name: "headers",
    label: "Headers",
    type: "map",
    defaultValue: {},
    description: "Sent with each request and shown to everybody who may see this destination.",
  }),
  field({
    name: "secretHeaders",
    label: "Secret headers",
    type: "text",
    secret: true,
    description: "One a line, as Name: value; Authorization for instance. Sealed, and never shown again.",
  }),
  field({
    name: "successStatuses",
    label: "Success",
    defaultValue: "200-299",
    description: "Statuses that mean the event was taken, such as 200-299, 409.",
  }),
  field({
    name: "oauth_refresh_token_url",
    label: "Token URL",
    group: OAUTH,
    description: "Where tokens are got. Empty: no OAuth. A token is kept until the API answers 401.",
  }),
  field({ name: "oauth_client_id", label: "Client id", group: OAUTH, description: "Of the OAuth client." }),
  field({
    name: "oauth_client_secret",
    label: "Client secret",
    secret: true,
    group: OAUTH,
    description: "Sealed, never shown again.",
  }),
  field({ name: "oauthScope", label: "Scope", group: OAUTH, description: "Scopes to ask for, with spaces between." }),
  field({
    name: "oauthAudience",
    label: "Audience",
    group: OAUTH,
    description: "Some providers want to know the API.",
  }),
  field({
    name: "oauthClientAuth",
    label: "Client authentication",
    type: "select",
    choices: CLIENT_AUTH.map(({ value, label }) => ({ value, label })),
    defaultValue: "basic",
    group: OAUTH,
    description: "How the id and the secret are sent to the token URL.",
  }),
];
