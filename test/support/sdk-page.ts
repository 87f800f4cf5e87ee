import path from "node:path";
import type { Browser, BrowserContext, Page, Request } from "playwright-core";
import { build } from "vite";
import type { PageServer } from "./page-server.ts";
import { ROOT } from "./sources.ts";
import type { TestSource } from "./test-source.ts";

/** How a site gets analytics.js: bundled from npm by the site, or by the snippet from Inlet's own host. */
export const VARIANTS = ["npm", "snippet"] as const;
export type Variant = (typeof VARIANTS)[number];

export interface SdkPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Everything the page asked for, its own document included. */
  readonly requests: Request[];
  close(): Promise<void>;
}

export interface SdkPageOptions {
  readonly browser: Browser;
  readonly pages: PageServer;
  /** Inlet as the page reaches it: origin, and the path prefix if any. */
  readonly inlet: string;
  readonly source: TestSource;
  readonly variant: Variant;
  /** Of the page's own address. */
  readonly search?: string;
  /** Whether the page is of the collector's own site (another port) instead of a foreign one. */
  readonly near?: boolean;
  /** analytics.js' load options. */
  readonly load?: Record<string, unknown>;
}

/** Opens a page of another site that uses analytics.js as its makers meant it, in a fresh profile. */
export async function openSdkPage(options: SdkPageOptions): Promise<SdkPage> {
  const { browser, pages, variant, search = "", near = false } = options;
  const html = variant === "npm" ? await npmPage(options) : await snippetPage(options);
  const at = `/shop/${crypto.randomUUID()}`;
  pages.add(at, html);
  const context = await browser.newContext({ locale: "de-DE", timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  const requests: Request[] = [];
  context.on("request", (request) => requests.push(request));
  await page.goto(`${near ? pages.nearOrigin : pages.origin}${at}${search}`);
  return { page, context, requests, close: () => context.close() };
}

const document = (head: string): string =>
  `<!doctype html><html><head><title>Shop</title>${head}</head><body><h1>Shop</h1></body></html>`;

async function snippetPage({ inlet, source, load }: SdkPageOptions): Promise<string> {
  const response = await fetch(`${inlet}/analytics.js/v1/${source.writeKey}/snippet.html`);
  const snippet = await response.text();
  if (load === undefined) return document(snippet);
  const call = `analytics.load(${JSON.stringify(source.writeKey)}`;
  if (!snippet.includes(`${call})`)) throw new Error(`the snippet has no "${call})": ${snippet}`);
  return document(snippet.replace(`${call})`, `${call}, ${JSON.stringify(load)})`));
}

async function npmPage({ pages, inlet, source, load = {} }: SdkPageOptions): Promise<string> {
  const entry = await addBundle(pages);
  const settings = JSON.stringify({ writeKey: source.writeKey, cdnURL: inlet });
  return document(
    `<script type="module">import ${JSON.stringify(entry)}; startAnalytics(${settings}, ${JSON.stringify(load)}).page();</script>`,
  );
}

let bundle: Promise<readonly { readonly fileName: string; readonly code: string }[]> | undefined;

/** Builds the site's script with its bundler, once, puts it on the site and returns the entry's path. */
async function addBundle(pages: PageServer): Promise<string> {
  bundle ??= buildSite();
  const files = await bundle;
  for (const { fileName, code } of files) pages.add(`/${fileName}`, code, "text/javascript");
  return `/${files[0]!.fileName}`;
}

async function buildSite() {
  const result = await build({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    publicDir: false,
    build: { write: false, rolldownOptions: { input: path.join(ROOT, "test/browser/pages/npm-entry.js") } },
  });
  const outputs = Array.isArray(result) ? result : "output" in result ? [result] : [];
  return outputs
    .flatMap(({ output }) => output)
    .flatMap((file) => (file.type === "chunk" ? [file] : []))
    .toSorted((a, b) => Number(b.isEntry) - Number(a.isEntry));
}
