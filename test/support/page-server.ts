import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface PageServer {
  /** `http://localhost:<port>`: another site than Inlet's 127.0.0.1. */
  readonly origin: string;
  /** `http://127.0.0.1:<port>`: the same site as Inlet, another origin. */
  readonly nearOrigin: string;
  /** Serves `html` at `path`; the same path again replaces it. */
  add(path: string, content: string, type?: string): void;
  stop(): Promise<void>;
}

/** The customer's own web site: a few static pages. */
export async function startPageServer(): Promise<PageServer> {
  const files = new Map<string, { content: string; type: string }>();
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? "/", "http://page").pathname);
    response.writeHead(file === undefined ? 404 : 200, { "content-type": file?.type ?? "text/plain" });
    response.end(file?.content ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    nearOrigin: `http://127.0.0.1:${port}`,
    add: (path, content, type = "text/html; charset=utf-8") => void files.set(path, { content, type }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
