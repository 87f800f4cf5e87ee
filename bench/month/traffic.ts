import { HOUR_MS } from "../../src/core/durations.ts";
import { shardOf } from "../../src/core/intake.ts";
import { seededRandom, type Random } from "../../test/support/random.ts";

/** One archived line and where it goes. */
export interface MadeEvent {
  readonly messageId: string;
  readonly shard: number;
  readonly text: string;
  readonly receivedAt: number;
}

/** One hour's drains: the events in the order of their commits. */
export interface MadeHour {
  readonly hour: number;
  readonly events: readonly MadeEvent[];
}

export interface Traffic {
  /** Start of the first hour, ms. */
  readonly start: number;
  readonly hours: number;
  /** About, in all; the hours of a day differ. */
  readonly events: number;
  /** How much later (hours, least and most) an event comes again. */
  readonly copiesAfter: readonly [number, number];
  readonly seed: number;
  readonly shards: number;
}

const SHOP = ["Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "Signed Up"];
/** What people really call their events: spellings that meet in one table, other scripts, words of SQL, very long ones. */
const UGLY = [
  "signed-up",
  "SignedUp2",
  "order",
  "Select",
  "Users",
  "注文完了",
  "注文取消",
  "Заказ оформлен",
  "🎉🎉",
  "2FA Enabled",
  "HTTPServer Error",
  "a.b.c / d?e=f",
  `Very long ${"name of an event ".repeat(8)}`,
];
const RARE = Array.from({ length: 40 }, (_, n) => `Feature ${n} Used`);
/** Share of the day's events in each hour, UTC: quiet nights, busy evenings. */
const CURVE = [2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 7, 8, 8, 6, 4, 1];
const weightOf = (hour: number): number => CURVE[(hour / HOUR_MS) % 24]!;
/** Of a thousand events: parked for hours before Intake took them, and sent again days after Intake had forgotten them. */
const PARKED = 5;
const AGAIN = 3;

const iso = (at: number): string => new Date(at).toISOString();

/** Properties whose types change from one sender to the next. */
function uglyProperties(random: Random, n: number): Record<string, unknown> {
  const price = random.between(1, 50_000) / 100;
  const shapes: (() => unknown)[] = [
    () => price,
    () => String(price),
    () => Math.round(price),
    () => "free",
    () => null,
    () => ({ amount: price, currency: "EUR" }),
    () => [price, price * 2],
    () => true,
  ];
  return {
    Price: random.next() < 0.9 ? price : random.pick(shapes)(),
    quantity: random.next() < 0.97 ? random.between(1, 9) : random.pick<unknown>(["3", 2.5, "viele", 2 ** 53 + 2]),
    "isGift?": random.next() < 0.95 ? random.next() < 0.5 : random.pick<unknown>(["true", 1, "no", {}]),
    shippedOn:
      random.next() < 0.9
        ? iso(1_700_000_000_000 + n * 1000)
        : random.pick<unknown>(["soon", 1_700_000_000, "2026-13-45"]),
    名前: random.pick(["山田", "O'Brien", "Robert'); DROP TABLE tracks;--", "\u202Eevil", "a\u0000b", ""]),
    address: {
      street: "Hauptstraße 1",
      geo: { lat: random.next() * 90, lng: -random.next() * 180 },
      tags: ["a", { b: 1 }],
    },
    select: random.pick(["yes", "no"]),
    user_id: random.next() < 0.02 ? "a property of the same name" : undefined,
    [`experiment_${random.between(1, 30)}`]: random.pick<unknown>(["A", "B", 1, true]),
  };
}

function shopProperties(random: Random): Record<string, unknown> {
  return {
    product_id: `p-${random.between(1, 5000)}`,
    sku: `${random.between(10_000, 99_999)}-${random.between(10, 99)}`,
    price: random.between(1, 50_000) / 100,
    quantity: random.between(1, 5),
    currency: random.pick(["EUR", "USD", "GBP"]),
    coupon: random.next() < 0.1 ? `SAVE${random.between(1, 50)}` : null,
    products: random.next() < 0.1 ? [{ id: random.between(1, 99), price: 1.5 }] : undefined,
  };
}

function callOf(random: Random, n: number): Record<string, unknown> {
  const at = random.next();
  if (at < 0.7) {
    const kind = random.next();
    const event = kind < 0.75 ? random.pick(SHOP) : kind < 0.9 ? random.pick(RARE) : random.pick(UGLY);
    return { type: "track", event, properties: kind < 0.75 ? shopProperties(random) : uglyProperties(random, n) };
  }
  if (at < 0.85) {
    const title = `Page ${random.between(1, 400)}`;
    return {
      type: "page",
      name: title,
      properties: { title, path: `/p/${random.between(1, 400)}`, depth: random.between(0, 100) },
    };
  }
  if (at < 0.88)
    return {
      type: "screen",
      name: random.pick(["Home", "Cart", "Profil"]),
      properties: { build: random.between(1, 99) },
    };
  if (at < 0.97) {
    const age = random.next() < 0.95 ? random.between(18, 90) : random.pick<unknown>(["alt", 33.5, null]);
    return {
      type: "identify",
      traits: {
        plan: random.pick(["free", "pro", "team"]),
        age,
        email: `u${n}@example.com`,
        [`score_${random.between(1, 3)}`]: random.next(),
      },
    };
  }
  if (at < 0.99)
    return {
      type: "group",
      groupId: `g-${random.between(1, 300)}`,
      traits: { seats: random.between(1, 500), name: "Ä GmbH" },
    };
  return { type: "alias", previousId: `anon-${n}` };
}

const CONTEXT = {
  library: { name: "analytics.js", version: "next-1.84.3" },
  locale: "de-DE",
  page: { path: "/", url: "https://shop.example/", title: "Shop", referrer: "" },
  campaign: { source: "newsletter", medium: "email" },
  userAgent:
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
};

function lineOf(random: Random, n: number, messageId: string, receivedAt: number): string {
  const sentAt = receivedAt - random.between(20, 400) + (random.next() < 0.02 ? 3 * HOUR_MS : 0);
  const user = random.between(1, 40_000);
  return JSON.stringify({
    messageId,
    anonymousId: `anon-${user}`,
    userId: random.next() < 0.6 ? `user-${user}` : undefined,
    ...callOf(random, n),
    context: { ...CONTEXT, ip: `10.${user % 250}.0.${n % 250}` },
    timestamp: iso(receivedAt - random.between(0, 2000)),
    originalTimestamp: iso(sentAt - random.between(0, 900)),
    sentAt: iso(sentAt),
    receivedAt: iso(receivedAt),
    integrations: random.next() < 0.002 ? { Warehouses: { all: false } } : {},
    version: 2,
  });
}

/** How many events each hour has, so that they are `events` in all. */
function sizesOf({ start, hours, events }: Traffic): (hour: number) => number {
  let sum = 0;
  for (let n = 0; n < hours; n++) sum += weightOf(start + n * HOUR_MS);
  return (hour) => Math.round((events * weightOf(hour)) / sum);
}

/**
 * The traffic of some hours as Intake would have archived it, hour by hour and always the same. Some events were received
 * hours before the hour they are committed in (the overflow queue held them), some come again days later.
 */
export function* monthOf(traffic: Traffic): Generator<MadeHour> {
  const { start, hours, seed, shards, copiesAfter } = traffic;
  const sizeOf = sizesOf(traffic);
  const random = seededRandom(seed);
  const again: { readonly messageId: string; readonly from: number }[] = [];
  let n = 0;
  for (let hour = start; hour < start + hours * HOUR_MS; hour += HOUR_MS) {
    const size = sizeOf(hour);
    const events: MadeEvent[] = [];
    const add = (messageId: string, receivedAt: number): void => {
      const text = lineOf(random, n++, messageId, receivedAt);
      events.push({ messageId, shard: shardOf(messageId, shards), text, receivedAt });
    };
    for (let i = 0; i < size; i++) {
      const committedAt = hour + Math.floor((i * HOUR_MS) / size);
      const messageId = `ajs-next-${seed}-${n}-${Math.floor(random.next() * 2 ** 40).toString(36)}`;
      const luck = random.next() * 1000;
      const parked = luck < PARKED ? random.between(1, 6) * HOUR_MS : 0;
      add(messageId, Math.max(start, committedAt - parked));
      if (luck > 1000 - AGAIN) again.push({ messageId, from: hour + random.between(...copiesAfter) * HOUR_MS });
    }
    const due = again.filter(({ from }) => from <= hour);
    for (const one of due) {
      again.splice(again.indexOf(one), 1);
      add(one.messageId, hour + random.between(0, HOUR_MS - 1));
    }
    yield { hour, events };
  }
}
