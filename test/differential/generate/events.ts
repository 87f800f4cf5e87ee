import type { Random } from "../../support/random.ts";
import type { Event, Mapping } from "../case.ts";
import type { Variant } from "../catalogue.ts";
import { makeHostile, makeSparse } from "./hostile.ts";
import { fillField, setAt } from "./paths.ts";

export type Variety = "full" | "sparse" | "hostile";

const TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;

const pick = <T>(random: Random, ...from: readonly T[]): T => random.pick(from);

const person = (random: Random): Event => ({
  email: pick(random, "ada@example.com", "Grace@Example.org"),
  firstName: pick(random, "Ada", "Grace"),
  lastName: "Lovelace",
  first_name: "Ada",
  phone: "+14155550123",
  birthday: "1990-02-28",
  gender: "f",
  age: 36,
  company: { id: "co-1", name: "Example AG", employees: 12 },
  address: { street: "1 Main St", city: "Berlin", state: "CA", postalCode: "94105", country: "US" },
  createdAt: "2024-01-02T03:04:05.000Z",
  subscribed: true,
});

const product = (n: number): Event => ({
  product_id: `p-${n}`,
  sku: `sku-${n}`,
  name: `Product ${n}`,
  category: "Games",
  brand: "Hasbro",
  variant: "red",
  price: 18.99 + n,
  quantity: n,
  position: n,
  url: `https://shop.example.com/p/${n}`,
  image_url: `https://shop.example.com/p/${n}.jpg`,
});

const purchase = (random: Random): Event => ({
  ...product(1),
  order_id: "order-50314b8e",
  checkout_id: "checkout-1",
  cart_id: "cart-1",
  currency: "USD",
  value: 27.5,
  total: 30,
  subtotal: 22.5,
  revenue: 25,
  shipping: 3,
  tax: 2,
  discount: 2.5,
  coupon: "hasbros",
  query: "blue hotpants",
  email: "ada@example.com",
  title: "A page",
  path: "/a",
  search: "?x=1",
  referrer: "https://example.org/",
  products: Array.from({ length: random.between(1, 3) }, (_, n) => product(n + 1)),
});

const context = (random: Random): Event => ({
  ip: "203.0.113.7",
  userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15",
  locale: "en-US",
  timezone: "Europe/Berlin",
  library: { name: "analytics.js", version: "2.11.1" },
  app: { name: "Shop", version: "1.2.3", build: "45", namespace: "com.example.shop" },
  device: {
    id: "device-1",
    advertisingId: "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB",
    adTrackingEnabled: random.next() < 0.5,
    manufacturer: "Apple",
    model: "iPhone7,2",
    name: "maguro",
    type: pick(random, "ios", "android"),
    token: "push-token",
  },
  os: { name: pick(random, "iOS", "Android"), version: "17.1" },
  screen: { width: 320, height: 568, density: 2 },
  network: { wifi: true, cellular: false, carrier: "T-Mobile", bluetooth: false },
  location: { city: "San Francisco", country: "United States", latitude: 40.2964197, longitude: -76.9411617 },
  page: {
    url: "https://shop.example.com/a?gclid=abc&fbclid=def",
    path: "/a",
    title: "A page",
    search: "?gclid=abc&fbclid=def",
    referrer: "https://example.org/",
  },
  campaign: { name: "summer", source: "newsletter", medium: "email", term: "t", content: "c" },
  referrer: { type: "search", name: "Example", url: "https://example.org/", link: "https://example.org/l" },
  groupId: "group-1",
  traits: person(random),
  sessionId: 1_795_175_000_000,
  protocols: { sourceId: "src-1" },
});

const personas = (random: Random): Event => ({
  computation_class: pick(random, "audience", "journey_step"),
  computation_id: "aud_123",
  computation_key: "vip_customers",
  external_audience_id: pick(random, "1234567", "ext-audience-1"),
  namespace: "spa_123",
  space_id: "spa_123",
  audience_settings: { advertiserId: "adv-1", name: "VIP", sku: "sku", audienceId: "aud-1" },
});

function base(type: string, random: Random): Event {
  const at = `2026-11-20T11:5${random.between(0, 9)}:0${random.between(0, 9)}.123Z`;
  const common: Event = {
    type,
    messageId: `ajs-next-${random.between(1, 1e9)}-af00`,
    timestamp: at,
    originalTimestamp: at,
    sentAt: at,
    receivedAt: at,
    anonymousId: "0b6b4bd2-9a1c-4c57-8c6e-0f1f7f3a9a11",
    userId: `user-${random.between(1, 99)}`,
    channel: "client",
    version: 2,
    integrations: {},
    context: context(random),
  };
  switch (type) {
    case "track":
      return { ...common, event: "Test Event", properties: purchase(random) };
    case "identify":
      return { ...common, traits: person(random) };
    case "group":
      return { ...common, groupId: "group-1", traits: { name: "Example AG", ...person(random) } };
    case "alias":
      return { ...common, previousId: "before-1" };
    default:
      return { ...common, name: "Home", category: "Shop", properties: { ...purchase(random), name: "Home" } };
  }
}

/** An event type and name for which the trigger probably fires. */
function aim(trigger: string, random: Random): { type: string; name: string | undefined } {
  const wishes = [...trigger.matchAll(/(?<![!\w.])(type|event)\s*==?\s*"?([^"()]+?)"?(?=\s+(?:and|or)\b|[\s),]*$)/gi)];
  const types = wishes.filter(([, what]) => what === "type").map(([, , value]) => value?.toLowerCase() ?? "track");
  const names = wishes.filter(([, what]) => what === "event").map(([, , value]) => value);
  return {
    type: types.length > 0 ? random.pick(types) : "track",
    name: names.length > 0 ? random.pick(names) : undefined,
  };
}

const AUDIENCE = /audience|cohort|list|dv360|personas|crm|sync/i;

/** One event of the variety, in most cases one that the trigger wants and the mapping can use. */
export function eventFor(variant: Variant, mapping: Mapping, trigger: string, variety: Variety, random: Random): Event {
  const target = random.next() < 0.04 ? { type: random.pick(TYPES), name: undefined } : aim(trigger, random);
  const event = base(target.type, random);
  if (event["type"] === "track" && target.name !== undefined) event["event"] = target.name;
  for (const [key, field] of Object.entries(variant.fields)) {
    if (random.next() < (variety === "full" ? 0.9 : 0.5)) fillField(event, key, field, mapping[key], random);
  }
  if (AUDIENCE.test(variant.slug) || variant.definition.audienceConfig !== undefined || random.next() < 0.05) {
    setAt(event, "context.personas", personas(random));
    const member = random.next() < 0.6;
    setAt(event, event["type"] === "identify" ? "traits.vip_customers" : "properties.vip_customers", member);
  }
  if (variety === "sparse") makeSparse(event, random.pick([0.2, 0.5, 0.8]), random);
  if (variety === "hostile") makeHostile(event, random);
  return event;
}
