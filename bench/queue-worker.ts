// A collector that puts one queue message per event and answers once the queue has them: what many do on Workers. No
// dedup, nothing kept; the consumer takes each message and parses it. Locally the queue is in memory, so its durability
// costs nothing here that it costs in production.
export * from "./unused.ts";

/** What one sendBatch takes: 100 messages, 256 kB. */
const MESSAGES = 100;

export default {
  async fetch(request, env) {
    const body = await request.json<{ batch?: unknown[] }>();
    const events = body.batch ?? [body];
    for (let from = 0; from < events.length; from += MESSAGES) {
      await env.EVENTS.sendBatch(events.slice(from, from + MESSAGES).map((event) => ({ body: event })));
    }
    return new Response('{"success":true}', { headers: { "content-type": "application/json" } });
  },
  async queue(batch) {
    batch.ackAll();
  },
} satisfies ExportedHandler<Env>;
