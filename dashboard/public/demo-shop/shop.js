import { identify, trackAdded, trackCheckout, trackOrder, trackRemoved, trackViewed } from "./calls.js";
import { cartCount, cartLines, changeQuantity, emptyCart, findProduct, money, newOrderId, sums } from "./cart.js";
import { clearPanel, foldPanel, startPanel } from "./panel.js";

const USER = "inlet-demo-user";
const find = (selector) => document.querySelector(selector);
let orderId;

const acts = {
  add(button) {
    const product = findProduct(button.dataset.product);
    changeQuantity(product.id, 1);
    trackAdded(product);
    confirmOn(button);
  },
  more(button) {
    const product = findProduct(button.dataset.product);
    changeQuantity(product.id, 1);
    trackAdded(product);
  },
  less(button) {
    const product = findProduct(button.dataset.product);
    trackRemoved(product, 1);
    changeQuantity(product.id, -1);
  },
  account() {
    if (localStorage.getItem(USER) === null) return find("#sign-in").showModal();
    localStorage.removeItem(USER);
    window.analytics.reset();
    drawAccount();
  },
  close: () => find("#sign-in").close(),
  checkout(button) {
    orderId ??= newOrderId();
    trackCheckout(orderId);
    button.hidden = true;
    find("[data-order]").hidden = false;
    find("[data-order] input").focus();
  },
  fold: foldPanel,
  clear: clearPanel,
};

const confirming = new WeakSet();

function confirmOn(button) {
  if (confirming.has(button)) return;
  confirming.add(button);
  const label = [...button.childNodes];
  button.replaceChildren("Added ✓");
  setTimeout(() => {
    button.replaceChildren(...label);
    confirming.delete(button);
  }, 1400);
}

function drawAccount() {
  const name = localStorage.getItem(USER);
  const button = find("[data-act=account]");
  button.textContent = name === null ? "Sign in" : "Sign out";
  if (name === null) return;
  const who = Object.assign(document.createElement("span"), { className: "who", textContent: ` ${name}` });
  button.append(who);
}

function step(label, act, product) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "step", textContent: label });
  Object.assign(button.dataset, { act, product: product.id });
  button.setAttribute("aria-label", `${act === "more" ? "One more" : "One less"} ${product.name}`);
  return button;
}

function line({ product, quantity }) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("a"), {
    href: `/demo/products/${product.id}`,
    textContent: product.name,
  });
  const steps = Object.assign(document.createElement("span"), { className: "steps" });
  steps.append(step("−", "less", product), String(quantity), step("+", "more", product));
  const price = Object.assign(document.createElement("span"), {
    className: "price",
    textContent: money(product.price * quantity),
  });
  item.append(name, steps, price);
  return item;
}

function drawCart() {
  const count = find("[data-cart-count]");
  count.textContent = String(cartCount());
  count.hidden = cartCount() === 0;
  if (find("[data-cart]") === null) return;
  const lines = cartLines();
  find("[data-lines]").replaceChildren(...lines.map(line));
  find("[data-cart-empty]").hidden = lines.length > 0;
  find("[data-summary]").hidden = lines.length === 0;
  for (const [name, amount] of Object.entries(sums())) find(`[data-sum=${name}]`).textContent = money(amount);
}

function placeOrder(event) {
  event.preventDefault();
  trackOrder(orderId, new FormData(event.target).get("payment"));
  find("[data-order-id]").textContent = orderId;
  emptyCart();
  find("main h1").textContent = "Thank you.";
  find("[data-cart]").hidden = true;
  find("[data-done]").hidden = false;
  find("[data-done]").focus();
}

function signIn(event) {
  const form = new FormData(event.target);
  const name = String(form.get("name"));
  identify(name, String(form.get("email")));
  localStorage.setItem(USER, name.trim().split(/\s+/)[0]);
  drawAccount();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button !== null) acts[button.dataset.act](button);
});
addEventListener("cart", drawCart);
addEventListener("storage", drawCart);
find("#sign-in form").addEventListener("submit", signIn);
find("[data-order]")?.addEventListener("submit", placeOrder);

startPanel();
drawAccount();
drawCart();
const viewed = find("[data-viewed]");
if (viewed !== null) trackViewed(findProduct(viewed.dataset.viewed));
