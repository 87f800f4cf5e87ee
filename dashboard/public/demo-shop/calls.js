// The shop's calls, in the words of Segment's ecommerce spec. `analytics` is the hosted snippet's.
import { cartId, cartLines, sums } from "./cart.js";

const productProperties = (product, quantity) => ({
  product_id: product.id,
  sku: product.sku,
  category: product.category,
  name: product.name,
  brand: product.brand,
  price: product.price,
  quantity,
  url: new URL(`/demo/products/${product.id}`, location.href).href,
});

const orderProperties = (orderId) => {
  const { subtotal, shipping, tax, total } = sums();
  return {
    order_id: orderId,
    affiliation: "Coveside demo shop",
    subtotal,
    shipping,
    tax,
    revenue: subtotal,
    currency: "USD",
    products: cartLines().map(({ product, quantity }) => productProperties(product, quantity)),
    total,
  };
};

export const trackViewed = (product) =>
  window.analytics.track("Product Viewed", {
    ...productProperties(product, 1),
    currency: "USD",
    value: product.price,
  });

export const trackAdded = (product) =>
  window.analytics.track("Product Added", { cart_id: cartId(), ...productProperties(product, 1) });

export const trackRemoved = (product, quantity) =>
  window.analytics.track("Product Removed", { cart_id: cartId(), ...productProperties(product, quantity) });

export const trackCheckout = (orderId) =>
  window.analytics.track("Checkout Started", { ...orderProperties(orderId), value: sums().subtotal });

export const trackOrder = (orderId, payment) =>
  window.analytics.track("Order Completed", {
    checkout_id: orderId,
    payment_method: payment,
    ...orderProperties(orderId),
  });

/** One person per email: the same address is the same user id. */
export function identify(name, email) {
  const id = [...email.trim().toLowerCase()].reduce(
    (hash, c) => Math.imul(hash ^ c.codePointAt(0), 0x01000193),
    0x811c9dc5,
  );
  const userId = `demo_${(id >>> 0).toString(36)}`;
  window.analytics.identify(userId, { name: name.trim(), email: email.trim(), plan: "demo" });
  return userId;
}
