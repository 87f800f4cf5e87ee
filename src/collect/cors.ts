/** What analytics.js needs without users' own headers (ingest.md §1.4); used when a preflight names none. */
const DEFAULT_HEADERS = "authorization, content-type, x-retry-count, x-write-key, prefer";

/** A day: browsers that cap it lower (Chromium: 2 h) do so by themselves. */
const MAX_AGE_SECONDS = 86_400;

/** A header list as a browser sends it; anything else is not echoed. */
const isHeaderList = (text: string): boolean => /^[A-Za-z0-9!#$%&'*+.^_`|~,\s-]{1,4096}$/.test(text);

/**
 * CORS headers of every answer, refusals included. The origin is echoed because credentials forbid `*`; `Retry-After`
 * is exposed because an SDK that cannot read it retries blindly. Origins are judged later, with the source known.
 */
export function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origin === null) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "Retry-After, X-RateLimit-Reset, Preference-Applied",
  };
}

/**
 * The answer to any preflight. Requested headers are echoed: analytics.js adds `x-retry-count` on retries and users
 * add their own, and a fixed list blocks exactly the retry after a failure.
 */
export function answerPreflight(request: Request): Response {
  const asked = request.headers.get("access-control-request-headers")?.trim() ?? "";
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request),
      Vary: "Origin, Access-Control-Request-Headers",
      "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
      "Access-Control-Allow-Headers": isHeaderList(asked) ? asked : DEFAULT_HEADERS,
      "Access-Control-Max-Age": String(MAX_AGE_SECONDS),
    },
  });
}
