import { Hono, type Context } from "hono";
import { html } from "hono/html";
import type { CdnDeps } from "../cdn.ts";
import { DEMO_WRITE_KEY, shopPage } from "./layout.ts";
import { cartPage, homePage, productPage } from "./pages.ts";
import { PRODUCTS } from "./products.ts";

/** `demo`: the shop is served at all. `newNonce`: unguessable, one per page. */
export interface DemoDeps extends CdnDeps {
  readonly demo: boolean;
  newNonce(): string;
}

const ASSETS: Readonly<Record<string, string>> = {
  "shop.css": "text/css; charset=utf-8",
  "shop.js": "text/javascript; charset=utf-8",
  "calls.js": "text/javascript; charset=utf-8",
  "cart.js": "text/javascript; charset=utf-8",
  "panel.js": "text/javascript; charset=utf-8",
};

/** The demo shop: a small site that uses the hosted snippet for real against the demo source. 404 when it is off. */
export function demoRoutes(deps: DemoDeps) {
  return new Hono()
    .use("/demo/*", async (c, next) => (deps.demo ? next() : off(c)))
    .get("/demo", (c) => serve(deps, c, "Shop", homePage()))
    .get("/demo/", (c) => c.redirect("/demo", 308))
    .get("/demo/cart", (c) => serve(deps, c, "Cart", cartPage()))
    .get("/demo/products/:id", (c) => {
      const product = PRODUCTS.find(({ id }) => id === c.req.param("id"));
      return product === undefined ? missing(deps, c) : serve(deps, c, product.name, productPage(product));
    })
    .get("/demo/assets/:file", (c) => serveAsset(deps, c, c.req.param("file")))
    .get("/demo/*", (c) => missing(deps, c));
}

const off = (c: Context) => c.text("The demo shop is switched off. Set INLET_DEMO=true to serve it.", 404);

const missing = (deps: DemoDeps, c: Context) =>
  serve(
    deps,
    c,
    "Not found",
    html`<h1>Nothing on this shelf.</h1>
      <p><a href="/demo">Back to the shop</a></p>`,
    404,
  );

async function serve(
  deps: DemoDeps,
  c: Context,
  title: string,
  main: ReturnType<typeof html>,
  status: 200 | 404 = 200,
): Promise<Response> {
  const nonce = deps.newNonce();
  const source = await deps.findSource([DEMO_WRITE_KEY]);
  const page = { origin: new URL(c.req.url).origin, pathPrefix: deps.pathPrefix, nonce, sourceId: source?.id };
  return c.html(shopPage(page, title, main), status, {
    "cache-control": "no-store",
    "content-security-policy":
      `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self'; connect-src 'self'; ` +
      `img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
  });
}

async function serveAsset(deps: DemoDeps, c: Context, file: string): Promise<Response> {
  const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
  if (type === undefined) return c.text("No such file.", 404);
  const asset = await deps.asset(`/demo-shop/${file}`);
  if (!asset.ok) throw new Error(`the demo shop's ${file} is missing: ${asset.status}`);
  return new Response(asset.body, {
    headers: { "content-type": type, "cache-control": "no-cache", "x-content-type-options": "nosniff" },
  });
}
