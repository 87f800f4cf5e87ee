import { Hono, type Context } from "hono";

export interface ShellDeps {
  /** A file of dist/assets by its path; 404 when there is none. */
  asset(path: string): Promise<Response>;
}

/** No script or frame from anywhere else; styles may be set by components, text from payloads never is markup. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
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
      "cache-control": "no-cache",
    },
  });
}
