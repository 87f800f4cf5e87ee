import * as z from "zod";

/** Hop-by-hop and framing headers, and those the runtime or the signature decides. */
const MANAGED =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|content-encoding|accept-encoding|via|x-signature|proxy-.*|cf-.*|sec-.*)$/i;

/** RFC 9110 tokens. */
export const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "not a header name")
  .refine((name) => !MANAGED.test(name), "this header is set by the connection itself");
export const HeaderValue = z
  .string()
  .max(4000)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "not a header value");

const MAX_HEADERS = 20;

/** An absolute http or https URL without credentials. */
export const HttpUrl = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "must be an http or https URL")
  .refine((text) => {
    if (!URL.canParse(text)) return true;
    const { username, password } = new URL(text);
    return username === "" && password === "";
  }, "must not hold a user name or password; put an Authorization header under secret headers");

/**
 * Headers that everybody may see who sees the destination. Names of credentials are refused where settings are changed
 * (core/setting-rules.ts), not here: what was stored before such a name was known goes on.
 */
export const PlainHeaders = z.record(z.string(), HeaderValue).check((context) => {
  const refuse = (message: string, path: string[] = []) =>
    void context.issues.push({ code: "custom", message, path, input: context.value });
  const names = Object.keys(context.value);
  if (names.length > MAX_HEADERS) refuse(`at most ${MAX_HEADERS} headers`);
  for (const name of names) {
    const parsed = HeaderName.safeParse(name);
    if (!parsed.success) refuse(parsed.error.issues[0]?.message ?? "not a header name", [name]);
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

/** Headers of a sealed setting: one a line, as `Name: value`. */
export const SecretHeaders = z.string().max(8000).default("").transform(parseHeaderLines);
