/** An allow-list entry (`https://shop.example`, `https://*.example.com`) against one origin, both in lower case. */
function matches(allowed: string, origin: string): boolean {
  const star = allowed.indexOf("*.");
  if (star === -1) return allowed === origin;
  const scheme = allowed.slice(0, star);
  const suffix = allowed.slice(star + 1);
  // The label in place of the star must not be empty: `https://.example.com` is no host.
  return origin.startsWith(scheme) && origin.endsWith(suffix) && origin.length > scheme.length + suffix.length;
}

/**
 * Whether a browser origin may send. An empty list allows all. A request without an Origin header does not come
 * from a page (server, mobile app, image) and is not judged: the list keeps other sites from using the key, and
 * anything that can leave the header out could also invent it.
 */
export function originAllowed(allowed: readonly string[], origin: string | undefined): boolean {
  if (allowed.length === 0 || origin === undefined) return true;
  const asked = origin.toLowerCase();
  return allowed.some((entry) => matches(entry.toLowerCase(), asked));
}
