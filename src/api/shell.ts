import { Hono, type Context } from "hono";

export interface ShellDeps {
  /** A file of dist/assets by its path; 404 when there is none. */
  asset(path: string): Promise<Response>;
}

/**
 * The one style element that a component makes (Base UI's, where scrollbars are hidden):
 * `.base-ui-disable-scrollbar{scrollbar-width:none}.base-ui-disable-scrollbar::-webkit-scrollbar{display:none}`.
 * React sets style attributes through the CSSOM, which no policy stops.
 */
const SCROLLBAR_STYLE = "'sha256-kLmvWqfziFavKtqHqRsb90f006UAK2Dmd0It5Iz2KFA='";

/** Nothing from anywhere else, nothing inline, and no text that becomes markup or script. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${SCROLLBAR_STYLE}`,
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/**
 * The dashboard's page, which routes by itself: at `/` for everybody, so that `curl HOST` and a health check find
 * something; at every other path that is no file and no route for who takes HTML.
 */
export function shellRoutes(deps: ShellDeps): Hono {
  const takesHtml = (c: Context) => (c.req.header("accept") ?? "").includes("text/html");
  return new Hono().get("/", () => serveShell(deps)).get("*", (c) => (takesHtml(c) ? serveShell(deps) : c.notFound()));
}

async function serveShell(deps: ShellDeps): Promise<Response> {
  const page = await deps.asset("/index.html");
  return new Response(page.body, {
    status: page.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
      "cache-control": "no-cache",
    },
  });
}
