import { html } from "hono/html";
import { artOf } from "./art.ts";
import { PRODUCTS, type Product } from "./products.ts";

const price = (amount: number): string => `$${amount.toFixed(2)}`;

const card = (product: Product) =>
  html`<li class="card">
    <a href="/demo/products/${product.id}">
      <span class="art ${product.id}">${artOf(product.id)}</span>
      <span class="name">${product.name}</span>
      <span class="quiet">${product.tagline}</span>
    </a>
    <div class="row between">
      <span class="price">${price(product.price)}</span>
      <button type="button" class="soft" data-act="add" data-product="${product.id}">
        Add<span class="sr"> ${product.name} to the cart</span>
      </button>
    </div>
  </li>`;

export const homePage = () =>
  html`<section class="hero">
      <h1>Good things for slow mornings.</h1>
      <p>
        Nothing here is for sale. Browse, sign in, check out: this page runs your own snippet, and every call lands in
        your own collector.
      </p>
    </section>
    <ul class="grid">
      ${PRODUCTS.map(card)}
    </ul>`;

export const productPage = (product: Product) =>
  html`<nav class="crumbs" aria-label="Breadcrumb"><a href="/demo">Shop</a> <span>/</span> ${product.category}</nav>
    <article class="product" data-viewed="${product.id}">
      <span class="art ${product.id}">${artOf(product.id)}</span>
      <div>
        <p class="quiet">${product.brand}</p>
        <h1>${product.name}</h1>
        <p class="price">${price(product.price)}</p>
        <p>${product.description}</p>
        <p class="quiet">${product.tagline} · ${product.sku}</p>
        <div class="row">
          <button type="button" class="solid" data-act="add" data-product="${product.id}">Add to cart</button>
          <a class="plain" href="/demo/cart">Go to cart</a>
        </div>
      </div>
    </article>`;

/** The lines are filled in by the page's script: the cart lives in the browser. */
export const cartPage = () =>
  html`<h1>Your cart</h1>
    <div class="checkout" data-cart>
      <section aria-label="Cart">
        <ul class="lines" data-lines></ul>
        <p class="quiet" data-cart-empty hidden>Your cart is empty. <a href="/demo">Back to the shop</a></p>
      </section>
      <section class="summary" data-summary hidden aria-label="Order summary">
        <dl>
          <div>
            <dt>Subtotal</dt>
            <dd data-sum="subtotal"></dd>
          </div>
          <div>
            <dt>Shipping</dt>
            <dd data-sum="shipping"></dd>
          </div>
          <div>
            <dt>Tax</dt>
            <dd data-sum="tax"></dd>
          </div>
          <div class="total">
            <dt>Total</dt>
            <dd data-sum="total"></dd>
          </div>
        </dl>
        <button type="button" class="solid wide" data-act="checkout">Check out</button>
        <form data-order hidden>
          <label>Deliver to <input name="address" autocomplete="off" required value="1 Pier Road" /></label>
          <fieldset>
            <legend>Pay with</legend>
            <label class="choice"><input type="radio" name="payment" value="card" checked /> Card</label>
            <label class="choice"><input type="radio" name="payment" value="invoice" /> Invoice</label>
          </fieldset>
          <button type="submit" class="solid wide">Place the order</button>
          <p class="quiet small">No money moves. It tracks Order Completed.</p>
        </form>
      </section>
    </div>
    <section class="done" data-done hidden tabindex="-1">
      <p>Order <code data-order-id></code> exists only as an event in your collector.</p>
      <a class="solid" href="/demo">Back to the shop</a>
    </section>`;
