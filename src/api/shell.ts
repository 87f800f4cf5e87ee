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

/** The dashboard's page for every path that is no file and no route: its own router takes it from there. */
export function shellRoutes(deps: ShellDeps): Hono {
  return new Hono().get("*", (c) => serveShell(deps, c));
}

async function serveShell(deps: ShellDeps, c: Context): Promise<Response> {
  if (!(c.req.header("accept") ?? "").includes("text/html")) return c.notFound();
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
