import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Taken } from "./city.ts";
import { ADA, CONTEXT, ORDER } from "./shop.ts";

/** The record that a vendor is to have of one event or person, in the terms of its own documentation. */
export interface Expected {
  readonly what: string;
  readonly vendor: string;
  /** The event as shop.ts calls it, or what the vendor knows the person by. */
  readonly name: string;
  readonly kind: Taken["kind"];
  readonly is: Readonly<Record<string, unknown>>;
}

const event = (vendor: string, what: string, name: string, is: Expected["is"]): Expected => ({
  vendor,
  what,
  name,
  kind: "event",
  is,
});
const person = (vendor: string, name: string, is: Expected["is"]): Expected => ({
  vendor,
  what: "a person",
  name,
  kind: "profile",
  is,
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
/** One hash, or a list of one: both are documented. */
const hashOf = (text: string): unknown =>
  expect.toSatisfy((given: unknown) => String(Array.isArray(given) ? given[0] : given) === sha256(text));
const isoTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);

const { order_id, total, currency, products } = ORDER;
const [lamp, bulb] = products;
const upgrade = { from: "free", to: "pro" };

const ANALYTICS: readonly Expected[] = [
  event("Mixpanel", "an order", "order", {
    event: "Order Completed",
    properties: { distinct_id: "user-ada", $user_id: "user-ada", ip: CONTEXT.ip, order_id, total, currency, products },
  }),
  event("Mixpanel", "a track call", "upgrade", { event: "Plan Upgraded", properties: upgrade }),
  person("Mixpanel", "user-ada", {
    $set: { $email: ADA.email, $first_name: "Ada", $last_name: "Lovelace", $phone: ADA.phone },
  }),
  event("Amplitude", "an order with its revenue", "order", {
    event_type: "Order Completed",
    user_id: "user-ada",
    revenue: ORDER.revenue,
    ip: CONTEXT.ip,
    event_properties: { order_id, total, currency },
  }),
  event("Amplitude", "a track call of a browser", "video", {
    event_type: "Video Played",
    user_id: "user-bob",
    device_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    event_properties: { title: "Tour", seconds: 31 },
  }),
  person("Amplitude", "user-ada", { user_properties: { email: ADA.email, firstName: "Ada" } }),
  event("GA4", "a purchase", "order", {
    client_id: "user-ada",
    name: "purchase",
    params: {
      transaction_id: order_id,
      value: total,
      currency,
      items: [
        { item_id: lamp.product_id, item_name: lamp.name, price: lamp.price, quantity: lamp.quantity },
        { item_id: bulb.product_id, item_name: bulb.name, price: bulb.price, quantity: bulb.quantity },
      ],
    },
  }),
  event("GA4", "a custom event by an allowed name", "upgrade", { name: "plan_upgraded" }),
  event("GA4", "a page view", "pricing", {
    name: "page_view",
    params: { page_location: CONTEXT.page.url },
  }),
  event("PostHog", "a track call", "upgrade", {
    event: "Plan Upgraded",
    properties: { distinct_id: "user-ada", ...upgrade, $ip: CONTEXT.ip },
  }),
  event("PostHog", "a page view", "pricing", {
    event: "$pageview",
    properties: { distinct_id: "user-ada", $current_url: CONTEXT.page.url },
  }),
  person("PostHog", "user-ada", { event: "$identify", properties: { $set: { email: ADA.email, firstName: "Ada" } } }),
];

const MESSAGING: readonly Expected[] = [
  event("Braze", "purchases", "order", {
    purchases: products.map(({ product_id, price, quantity }) => ({
      external_id: "user-ada",
      app_id: "braze-app",
      product_id,
      price,
      quantity,
      currency,
      time: isoTime,
    })),
  }),
  event("Braze", "a custom event", "upgrade", { external_id: "user-ada", name: "Plan Upgraded", properties: upgrade }),
  person("Braze", "user-ada", { email: ADA.email, first_name: "Ada", last_name: "Lovelace", home_city: "London" }),
  event("Customer.io", "an event", "order", {
    action: "event",
    name: "Order Completed",
    identifiers: { id: "user-ada" },
    attributes: { order_id, total, currency, products },
  }),
  event("Customer.io", "a page view", "pricing", { action: "page", name: "https://shop.example/pricing" }),
  person("Customer.io", "user-ada", { action: "identify", attributes: { email: ADA.email, firstName: "Ada" } }),
  event("HubSpot", "a behavioural event", "upgrade", { email: ADA.email, properties: { plan: "pro" } }),
  person("HubSpot", ADA.email, {
    properties: { email: ADA.email, firstname: "Ada", lastname: "Lovelace", city: "London", zip: "W1J 7JB" },
  }),
  event("Slack", "a message", "order", {
    text: expect.stringMatching(/^Ada ordered for 42\.5 EUR \(node-next-.+\)$/) as unknown,
    channel: "orders",
  }),
  event("Klaviyo", "an event with its value", "order", {
    value: total,
    metric: { data: { attributes: { name: "Order Completed" } } },
    profile: { data: { attributes: { email: ADA.email } } },
    properties: { order_id, products },
  }),
  person("Klaviyo", ADA.email, { email: ADA.email, first_name: "Ada", last_name: "Lovelace" }),
  event("Facebook", "a purchase, with who it was only as hashes", "order", {
    event_name: "Purchase",
    event_source_url: CONTEXT.page.url,
    user_data: {
      em: hashOf("ada@example.com"),
      ph: hashOf("442079460000"),
      fn: hashOf("ada"),
      ln: hashOf("lovelace"),
      ct: hashOf("london"),
      zp: hashOf("w1j7jb"),
      external_id: hashOf("user-ada"),
      client_ip_address: CONTEXT.ip,
      client_user_agent: CONTEXT.userAgent,
    },
    custom_data: {
      currency,
      value: ORDER.revenue,
      contents: products.map(({ product_id: id, quantity, price: item_price }) => ({ id, quantity, item_price })),
    },
  }),
  event("Webhook", "the whole event", "order", {
    type: "track",
    event: "Order Completed",
    userId: "user-ada",
    properties: ORDER,
    context: { ...CONTEXT, library: { name: "@segment/analytics-node" } },
    integrations: {},
  }),
  event("Webhook", "the whole event of a browser", "login", {
    type: "identify",
    userId: "user-bob",
    traits: { email: "bob@example.com" },
    context: { library: { name: "analytics.js" } },
  }),
];

export const EXPECTED: readonly Expected[] = [...ANALYTICS, ...MESSAGING];
