import type { Browser, BrowserContext, Page, Request } from "playwright-core";
import type { PageServer } from "./page-server.ts";
import { addBundle } from "./site-bundle.ts";
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
  const head = variant === "npm" ? await npmHead(options) : await snippetHead(options);
  return openPage(browser, pages, head, { search, near });
}

/** Opens a page whose head is `head`, in a fresh profile. */
export async function openPage(
  browser: Browser,
  pages: PageServer,
  head: string,
  { search = "", near = false }: { readonly search?: string; readonly near?: boolean } = {},
): Promise<SdkPage> {
  const at = `/shop/${crypto.randomUUID()}`;
  pages.add(at, `<!doctype html><html><head><title>Shop</title>${head}</head><body><h1>Shop</h1></body></html>`);
  const context = await browser.newContext({ locale: "de-DE", timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  const requests: Request[] = [];
  context.on("request", (request) => requests.push(request));
  await page.goto(`${near ? pages.nearOrigin : pages.origin}${at}${search}`);
  return { page, context, requests, close: () => context.close() };
}

async function snippetHead({ inlet, source, load }: SdkPageOptions): Promise<string> {
  const response = await fetch(`${inlet}/analytics.js/v1/${source.writeKey}/snippet.html`);
  const snippet = await response.text();
  if (load === undefined) return snippet;
  const call = `analytics.load(${JSON.stringify(source.writeKey)}`;
  if (!snippet.includes(`${call})`)) throw new Error(`the snippet has no "${call})": ${snippet}`);
  return snippet.replace(`${call})`, `${call}, ${JSON.stringify(load)})`);
}

async function npmHead({ pages, inlet, source, load = {} }: SdkPageOptions): Promise<string> {
  const entry = await addBundle(pages, "npm-entry.js");
  const settings = JSON.stringify({ writeKey: source.writeKey, cdnURL: inlet });
  return `<script type="module">
    import ${JSON.stringify(entry)};
    startAnalytics(${settings}, ${JSON.stringify(load)}).page();
  </script>`;
}
