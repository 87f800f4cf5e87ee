/** What a sender may send, by size. Each has a `messageId` and, where it stands alone, the source's `writeKey`. */
export type SampleName = "small" | "typical" | "large";

/** The demo source's fixed key, which a Worker started with INLET_DEMO=true has. */
export const WRITE_KEY = "demo_write_key_local";

const SMALL = {
  type: "track",
  event: "Signed Up",
  userId: "u-1048576",
  properties: { plan: "pro", seats: 5 },
  timestamp: "2026-11-22T09:30:00.000Z",
};

/** A `track` as @segment/analytics-next 1.84 sends it from a page with a campaign, about 1.1 kB. */
const TYPICAL = {
  timestamp: "2026-11-22T09:30:00.000Z",
  integrations: {},
  type: "track",
  event: "Product Added",
  userId: "97980cfea0067",
  anonymousId: "507f191e-810c-4972-9de8-60ea00000000",
  properties: {
    product_id: "507f1f77bcf86cd799439011",
    sku: "45790-32",
    category: "Games",
    name: "Monopoly: 3rd Edition",
    brand: "Hasbro",
    price: 18.99,
    quantity: 1,
    currency: "EUR",
    url: "https://shop.example/products/monopoly-3rd-edition",
  },
  context: {
    page: {
      path: "/products/monopoly-3rd-edition",
      referrer: "https://search.example/",
      search: "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn",
      title: "Monopoly, 3rd Edition | Example Shop",
      url: "https://shop.example/products/monopoly-3rd-edition?utm_source=newsletter&utm_medium=email&utm_campaign=autumn",
    },
    userAgent:
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    locale: "en-GB",
    timezone: "Europe/Berlin",
    campaign: { source: "newsletter", medium: "email", name: "autumn" },
    library: { name: "analytics.js", version: "next-1.84.3" },
  },
  sentAt: "2026-11-22T09:30:00.120Z",
};

/** An order of 150 lines: close to the 32 kB that one event may have. */
const LARGE = {
  ...TYPICAL,
  event: "Order Completed",
  properties: {
    order_id: "50314b8e9bcf000000000000",
    total: 4127.5,
    currency: "EUR",
    products: Array.from({ length: 150 }, (_, i) => ({
      product_id: `507f1f77bcf86cd7994${String(i).padStart(5, "0")}`,
      sku: `G-${i}`,
      name: `Board game number ${i}, the “grün” edition`,
      price: 10 + i / 4,
      quantity: 1 + (i % 3),
      url: `https://shop.example/products/${i}`,
    })),
  },
};

const SAMPLES: Readonly<Record<SampleName, object>> = { small: SMALL, typical: TYPICAL, large: LARGE };

/** JSON texts of `count` events that differ in their messageId alone. */
export function eventTexts(name: SampleName, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({ ...SAMPLES[name], messageId: `ajs-next-${i}-${"0".repeat(20)}` }),
  );
}

/** Makes one HTTP body per call, every messageId new: `perCall` 1 is a single event, more is a batch. */
export function bodyMaker(perCall: number, runId: string): () => string {
  const [head = "", tail = ""] = JSON.stringify({ ...TYPICAL, messageId: "@", writeKey: WRITE_KEY }).split("@");
  const item = JSON.stringify({ ...TYPICAL, messageId: "@" }).split("@");
  let made = 0;
  const messageId = () => `ajs-next-${runId}-${String(made++).padStart(9, "0")}`;
  if (perCall === 1) return () => head + messageId() + tail;
  return () => {
    const items = Array.from({ length: perCall }, () => `${item[0]}${messageId()}${item[1]}`);
    return `{"writeKey":"${WRITE_KEY}","sentAt":"2026-11-22T09:30:00.120Z","batch":[${items.join(",")}]}`;
  };
}

export const pathFor = (perCall: number): string => (perCall === 1 ? "/v1/t" : "/v1/b");
