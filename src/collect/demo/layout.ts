import { html, raw } from "hono/html";
import { literal } from "../script-text.ts";
import { renderSnippet } from "../snippet.ts";
import { PRODUCTS } from "./products.ts";

export const DEMO_WRITE_KEY = "demo_write_key_local";

/** What every page of the shop is told. `sourceId` is absent when no source has the demo key. */
export interface ShopPage {
  readonly origin: string;
  readonly pathPrefix: string;
  readonly nonce: string;
  readonly sourceId: string | undefined;
}

/**
 * The panel's ears. In the snippet's own script, because a cached library can be there before any other script of
 * the page, and what it reported by then would go unheard.
 */
const LISTEN = `window.shopCalls = [];
["page", "identify", "track", "reset"].forEach(function (method) {
  analytics.on(method, function () {
    shopCalls.push({ method: method, args: [].slice.call(arguments), at: Date.now() });
    dispatchEvent(new Event("shop-call"));
  });
});`;

type Html = ReturnType<typeof html>;

/**
 * One page: the hosted snippet as any site would paste it (with a nonce, as a site with a strict policy would),
 * the shop around it, and the panel that says which calls were made.
 */
export function shopPage(page: ShopPage, title: string, main: Html): Html {
  const snippet = renderSnippet({ origin: page.origin, pathPrefix: page.pathPrefix, writeKey: DEMO_WRITE_KEY });
  const debuggerPath = page.sourceId === undefined ? "/sources" : `/sources/${page.sourceId}/debugger`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · Coveside</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/demo/assets/shop.css" />
        <script nonce="${page.nonce}">
          ${raw(snippet)};
          ${raw(LISTEN)};
        </script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the shop</a>
        ${header()}
        <main id="main">${main}</main>
        ${signInDialog()} ${callsPanel(debuggerPath, page.sourceId !== undefined)}
        <script type="application/json" id="products">
          ${raw(literal(PRODUCTS))}
        </script>
        <script type="module" src="/demo/assets/shop.js"></script>
      </body>
    </html>`;
}

const header = (): Html =>
  html`<header class="top">
    <a class="brand" href="/demo"
      ><svg viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="16" cy="16" r="15" fill="currentColor" opacity=".14" />
        <path
          d="M5 18c4-4 7 4 11 0s7 4 11 0M7 23c3-3 6 3 9 0s6 3 9 0"
          fill="none"
          stroke="currentColor"
          stroke-width="2.4"
          stroke-linecap="round"
        />
        <circle cx="16" cy="10" r="3.4" fill="currentColor" /></svg
      >Coveside</a
    >
    <span class="tag">demo shop</span>
    <nav aria-label="Shop">
      <button type="button" class="plain" data-act="account">Sign in</button>
      <a class="cart" href="/demo/cart">Cart <span class="count" data-cart-count>0</span></a>
    </nav>
  </header>`;

const signInDialog = (): Html =>
  html`<dialog id="sign-in" aria-labelledby="sign-in-title">
    <form method="dialog">
      <h2 id="sign-in-title">Sign in</h2>
      <p class="quiet">Anything will do. It makes an <code>identify</code> call and stays in your collector.</p>
      <label>Name <input name="name" autocomplete="name" required value="Ada Marsh" /></label>
      <label>Email <input name="email" type="email" autocomplete="email" required value="ada@example.com" /></label>
      <div class="row end">
        <button type="button" class="plain" data-act="close">Cancel</button>
        <button type="submit" class="solid">Sign in</button>
      </div>
    </form>
  </dialog>`;

const callsPanel = (debuggerPath: string, recorded: boolean): Html =>
  html`<aside class="panel" aria-labelledby="panel-title" data-open="false">
    <div class="panel-head">
      <h2 id="panel-title">What just happened</h2>
      <button type="button" class="plain" data-act="clear">Clear</button>
      <button type="button" class="plain fold" data-act="fold" aria-expanded="false" aria-controls="calls">Show</button>
    </div>
    <p class="latest" data-latest></p>
    <ol id="calls" aria-live="polite"></ol>
    <p class="empty" data-empty>Calls appear here as this page makes them.</p>
    ${
      recorded
        ? ""
        : html`<p class="warning" role="alert">No source has the demo write key, so these calls are refused.</p>`
    }
    <a class="solid wide" href="${debuggerPath}">See them arrive in the debugger <span aria-hidden="true">→</span></a>
  </aside>`;
