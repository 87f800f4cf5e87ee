import * as z from "zod";
import type { DestinationField } from "./webhook-kind.ts";

/** RFC 9110 tokens; lower-cased, because names compare without case. */
const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "not a header name")
  .refine((name) => !MANAGED.test(name), "this header is set by the connection itself");
const HeaderValue = z
  .string()
  .max(4000)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "not a header value");

/** Hop-by-hop and framing headers, and those the runtime or the signature decides. */
const MANAGED =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|content-encoding|accept-encoding|via|x-signature|proxy-.*|cf-.*|sec-.*)$/i;
const SECRET = /^(?:authorization|cookie|.*(?:token|secret|api-?key|password).*)$/i;

const Url = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "must be an http or https URL")
  .refine((text) => {
    if (!URL.canParse(text)) return true;
    const { username, password } = new URL(text);
    return username === "" && password === "";
  }, "must not hold a user name or password; put an Authorization header under secret headers");

const PlainHeaders = z.record(z.string(), HeaderValue).check((context) => {
  const refuse = (message: string, path: string[] = []) =>
    void context.issues.push({ code: "custom", message, path, input: context.value });
  const names = Object.keys(context.value);
  if (names.length > 20) refuse("at most 20 headers");
  for (const name of names) {
    const parsed = HeaderName.safeParse(name);
    if (!parsed.success) refuse(parsed.error.issues[0]?.message ?? "not a header name", [name]);
    if (SECRET.test(name)) {
      refuse("a header that lets somebody in belongs under secret headers, where it is sealed", [name]);
    }
  }
});

/** `Name: value` lines → headers. */
function parseHeaderLines(text: string, context: z.RefinementCtx<string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/).filter((part) => part.trim() !== "")) {
    const colon = line.indexOf(":");
    const name = HeaderName.safeParse(line.slice(0, Math.max(colon, 0)).trim());
    const value = HeaderValue.safeParse(line.slice(colon + 1).trim());
    if (!name.success || !value.success) {
      context.addIssue({ code: "custom", message: "each line must read Name: value", input: "" });
      return z.NEVER;
    }
    headers[name.data] = value.data;
  }
  return headers;
}

export const WebhookSettings = z.object({
  url: Url,
  method: z.enum(["POST", "PUT", "PATCH"]).default("POST"),
  headers: PlainHeaders.default({}),
  secretHeaders: z.string().max(8000).default("").transform(parseHeaderLines),
  sharedSecret: z.string().max(500).default(""),
});
export type WebhookSettings = z.infer<typeof WebhookSettings>;

export const WEBHOOK_FIELDS: readonly DestinationField[] = [
  {
    name: "url",
    label: "URL",
    type: "string",
    required: true,
    secret: false,
    description: "Where each event is sent, as JSON. http or https.",
  },
  {
    name: "method",
    label: "Method",
    type: "select",
    choices: ["POST", "PUT", "PATCH"],
    required: false,
    secret: false,
    defaultValue: "POST",
    description: "The HTTP method of each request.",
  },
  {
    name: "headers",
    label: "Headers",
    type: "map",
    required: false,
    secret: false,
    defaultValue: {},
    description: "Sent with each request and shown to everybody who may see this destination.",
  },
  {
    name: "secretHeaders",
    label: "Secret headers",
    type: "text",
    required: false,
    secret: true,
    description: "One a line, as Name: value; Authorization for instance. Sealed, and never shown again.",
  },
  {
    name: "sharedSecret",
    label: "Shared secret",
    type: "string",
    required: false,
    secret: true,
    description: "Signs each request: X-Signature is the hex HMAC-SHA1 of the body made with this secret.",
  },
];
