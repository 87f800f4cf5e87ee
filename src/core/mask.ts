/**
 * Names of headers, of parameters of URLs and of entries in settings whose values let somebody in. The keys of
 * idempotency, partitions and routes are names of things, and authors are people.
 */
const SECRET_NAME = new RegExp(
  [
    "auth(?!ors?(?:$|[-_]))|token|secret|credential|passw(?:or)?d|passphrase|signature|cookie|session|jwt|bearer",
    "(?:api|access|private|shared|subscription|licen[cs]e|client|app)[-_]?key",
    "(?:^|[-_.])(?<!(?:idempotency|partition|routing)[-_.])(?:key|sig|pwd|pass)(?:$|[-_.])",
  ].join("|"),
  "i",
);
const MASK = "••••";

/** Whether what goes by this name lets somebody in. */
export const namesSecret = (name: string): boolean => SECRET_NAME.test(name);

/** A header's value as a person may see it: values that let somebody in are hidden. */
export const maskHeader = (name: string, value: string): string => (namesSecret(name) ? MASK : value);

/** The URL with its secret-looking query values and any password hidden. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const url = new URL(text);
  if (url.password !== "") url.password = "hidden";
  const masked = [...url.searchParams].map(([name, value]) => `${name}=${maskHeader(name, value)}`);
  const query = masked.length === 0 ? "" : `?${masked.join("&")}`;
  return `${url.protocol}//${url.host}${url.pathname}${query}`;
}

/** At most `limit` characters of a text that somebody else wrote, without splitting a surrogate pair. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return `${text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit)}…`;
}
