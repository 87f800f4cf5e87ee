import path from "node:path";
import { build } from "vite";
import type { PageServer } from "./page-server.ts";
import { ROOT } from "./sources.ts";

type Chunks = readonly { readonly fileName: string; readonly code: string }[];

const built = new Map<string, Promise<Chunks>>();

/**
 * Bundles a script of test/browser/pages as a site does with its own, puts it on the site, and returns the path of
 * the module to import. Each is built once per test file.
 */
export async function addBundle(pages: PageServer, entry: string): Promise<string> {
  const chunks = await (built.get(entry) ?? remember(entry, bundle(entry)));
  for (const { fileName, code } of chunks) pages.add(`/${fileName}`, code, "text/javascript");
  return `/${chunks[0]!.fileName}`;
}

function remember(entry: string, chunks: Promise<Chunks>): Promise<Chunks> {
  built.set(entry, chunks);
  return chunks;
}

/** The entry first. */
async function bundle(entry: string): Promise<Chunks> {
  const result = await build({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    publicDir: false,
    build: { write: false, rolldownOptions: { input: path.join(ROOT, "test/browser/pages", entry) } },
  });
  const outputs = Array.isArray(result) ? result : "output" in result ? [result] : [];
  return outputs
    .flatMap(({ output }) => output)
    .flatMap((file) => (file.type === "chunk" ? [file] : []))
    .toSorted((a, b) => Number(b.isEntry) - Number(a.isEntry));
}
