const SECRET_NAME = /auth|token|secret|password|passwd|api[-_]?key|signature|\bsig\b|cookie|credential/i;
const MASK = "••••";

/** A header's value as a person may see it: values that let somebody in are hidden. */
export const maskHeader = (name: string, value: string): string =>
  SECRET_NAME.test(name) || /^key$/i.test(name) ? MASK : value;

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
