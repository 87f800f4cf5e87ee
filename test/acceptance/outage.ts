import { Analytics } from "@segment/analytics-node";
import { createSource, type TestSource } from "../support/test-source.ts";
import { City, type Asked, type Fault } from "./city.ts";
import { connect, type Connected } from "./connect.ts";
import { deliveriesOf, metricsOf, overviewOf, untilSettled, type Metrics, type Overview } from "./reports.ts";
import { startAcceptance, type Acceptance } from "./start.ts";
import { CONNECTS, VENDORS } from "./vendors/index.ts";
import { connectKlaviyoInBulk } from "./vendors/klaviyo.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** The pause that Klaviyo asks for. */
export const PAUSE_MS = 20 * MINUTE_MS;
/** Events told at first; the one at this place is what PostHog cannot take. */
export const COUNT = 40;
const POISONED = 17;

/** As many as one batch of the queue holds: a local run serves batches one after the other, which Cloudflare does not. */
export const TOOLS = ["Webhook", "Amplitude", "Customer.io", "PostHog", "Klaviyo"] as const;
export type Tool = (typeof TOOLS)[number];

/** Klaviyo's own words ("Rate limits, status codes, and errors"). */
const THROTTLED = {
  errors: [
    {
      status: 429,
      code: "throttled",
      title: "Request was throttled.",
      detail: "Request was throttled. Expected available in 1200 seconds.",
      source: { pointer: "/data/" },
    },
  ],
};

/** One sound destination and four that fail, each in its own way, with a clock that the test moves. */
export class Outage {
  readonly city: City;
  /** Of every event told so far, in their order. */
  readonly ids: string[] = [];
  /** Whether PostHog takes everything now. */
  mended = false;
  readonly inlet: Acceptance;
  readonly source: TestSource;
  readonly #destinations = new Map<string, Connected>();
  /** How much time has passed for Inlet, beside the real (ms). */
  #elapsed = 0;

  private constructor(inlet: Acceptance, source: TestSource, city: City) {
    this.inlet = inlet;
    this.source = source;
    this.city = city;
    for (const [tool, fault] of Object.entries(this.#faults())) city.faults.set(tool, fault);
  }

  static async begin(): Promise<Outage> {
    const city = new City(VENDORS);
    const inlet = await startAcceptance(city);
    const outage = new Outage(inlet, await createSource(inlet), city);
    for (const name of TOOLS) {
      const how = name === "Klaviyo" ? connectKlaviyoInBulk : CONNECTS[name]!;
      outage.#destinations.set(name, await connect(inlet, outage.source.id, { ...how, name }));
    }
    await outage.tell(COUNT);
    return outage;
  }

  #faults(): Record<string, Fault> {
    const { city } = this;
    const holdsPoison = ({ text }: Asked): boolean => text.includes('"serial":"poison"');
    const error = { status: 500, body: { code: 500, error: "internal server error" } };
    const pause = { status: 429, headers: { "retry-after": String(PAUSE_MS / 1000) }, body: THROTTLED };
    const refusal = { status: 400, body: { type: "validation_error", detail: "serial must be a number" } };
    return {
      "Customer.io": () => (city.of("Customer.io").length === 0 ? "hang" : undefined),
      Amplitude: () => (this.isWithin(HOUR_MS) ? error : undefined),
      Klaviyo: () => (this.isWithin(PAUSE_MS) ? pause : undefined),
      PostHog: (asked) => (!this.mended && holdsPoison(asked) ? refusal : undefined),
    };
  }

  isWithin(ms: number): boolean {
    return this.#elapsed < ms;
  }

  /** Inlet's time, in ms since epoch. */
  now(): number {
    return Date.now() + this.#elapsed;
  }

  async pass(ms: number): Promise<void> {
    this.#elapsed += ms;
    await this.inlet.advance(ms);
  }

  at(tool: Tool): Connected {
    return this.#destinations.get(tool)!;
  }

  get all(): string[] {
    return this.ids.toSorted();
  }
  get poisoned(): string {
    return this.ids[POISONED]!;
  }
  /** All but the poisoned one. */
  get spared(): string[] {
    return this.all.filter((id) => id !== this.poisoned);
  }

  metrics(tool: Tool): Promise<Metrics> {
    return metricsOf(this.inlet, this.at(tool));
  }

  /** A metric of the delivery overview: of a tool, or of the source when none is named. */
  overview(metric: string, groupBy: string, tool?: Tool): Promise<Overview> {
    const given = tool === undefined ? {} : { destination: this.at(tool) };
    return overviewOf(this.inlet, metric, this.source.id, { ...given, groupBy, now: this.now() });
  }

  settled(...tools: readonly Tool[]): Promise<void> {
    return untilSettled(
      this.inlet,
      tools.map((tool) => this.at(tool)),
    );
  }

  deliveries(tool: Tool, id: string) {
    return deliveriesOf(this.inlet, this.source.id, id, this.at(tool));
  }

  /** What became of an event at the one mapping of a tool that wanted it: its first delivery, or a later one. */
  async laneOf(tool: Tool, id: string, delivery = 0) {
    const deliveries = await this.deliveries(tool, id);
    return deliveries[delivery]!.subscriptions.find(({ status }) => status !== "unmatched")!;
  }

  /** Whether the ledger knows of every answer so far: nothing is under way, so the clock may move. */
  async isBooked(tool: Tool): Promise<boolean> {
    const { errors } = await this.metrics(tool);
    const failed = this.city.of(tool).filter(({ reply }) => reply !== "hang" && reply.status >= 500);
    return errors.reduce((sum, { count }) => sum + count, 0) === failed.length;
  }

  /** Events in one call of Segment's SDK, so in one segment. */
  async tell(count: number): Promise<void> {
    const client = new Analytics({ writeKey: this.source.writeKey, host: this.inlet.url.origin, flushAt: count });
    const told: string[] = [];
    client.on("track", ({ event }) => void told.push(String(event.messageId)));
    const context = { traits: { email: "ada@example.com" } };
    for (let index = this.ids.length; index < this.ids.length + count; index++) {
      const serial = index === POISONED ? "poison" : index;
      client.track({ userId: "user-ada", event: "Meter Read", properties: { serial }, context });
    }
    await client.closeAndFlush();
    this.ids.push(...told);
  }
}
