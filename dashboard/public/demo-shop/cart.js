// The cart lives in this browser only. Sums follow the words of Segment's ecommerce spec.
const KEY = "inlet-demo-cart";
const SHIPPING = 6;
const TAX_RATE = 0.08;

/** @type {{ id: string, sku: string, name: string, category: string, brand: string, price: number }[]} */
const products = JSON.parse(document.querySelector("#products").textContent);

const round = (amount) => Math.round(amount * 100) / 100;
const randomId = (prefix) => `${prefix}_${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;

export const money = (amount) => `$${amount.toFixed(2)}`;
export const findProduct = (id) => products.find((product) => product.id === id);

function read() {
  try {
    const cart = JSON.parse(localStorage.getItem(KEY));
    if (typeof cart?.id === "string" && typeof cart.lines === "object") return cart;
  } catch (error) {
    console.warn("starting a new cart", error);
  }
  return { id: randomId("cart"), lines: {} };
}

function write(cart) {
  localStorage.setItem(KEY, JSON.stringify(cart));
  dispatchEvent(new Event("cart"));
}

export const cartId = () => read().id;

/** @returns {{ product: object, quantity: number }[]} in the order of the shelf */
export function cartLines() {
  const { lines } = read();
  return products
    .map((product) => ({ product, quantity: lines[product.id] ?? 0 }))
    .filter(({ quantity }) => quantity > 0);
}

export const cartCount = () => cartLines().reduce((sum, { quantity }) => sum + quantity, 0);

export function changeQuantity(productId, by) {
  const cart = read();
  const quantity = Math.max(0, Math.min(99, (cart.lines[productId] ?? 0) + by));
  write({ ...cart, lines: { ...cart.lines, [productId]: quantity } });
}

export const emptyCart = () => write({ id: randomId("cart"), lines: {} });

export function sums() {
  const subtotal = cartLines().reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  const shipping = subtotal > 0 ? SHIPPING : 0;
  const tax = round(subtotal * TAX_RATE);
  return { subtotal, shipping, tax, total: round(subtotal + shipping + tax) };
}

export const newOrderId = () => randomId("order");
