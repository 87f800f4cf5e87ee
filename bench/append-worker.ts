// The plain durable collector Inlet is measured against: one row per event in one SQLite Durable Object, written
// before the answer. No dedup, no grouping of callers, no archive.
import { DurableObject } from "cloudflare:workers";

export * from "./unused.ts";

export class Intake extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)");
  }

  async add(lines: readonly string[]): Promise<void> {
    for (const line of lines) this.ctx.storage.sql.exec("INSERT INTO events (line) VALUES (?)", line);
  }
}

export default {
  async fetch(request, env) {
    const body = await request.json<{ batch?: unknown[] }>();
    const lines = (body.batch ?? [body]).map((event) => JSON.stringify(event));
    // This bundle's Intake is the class above; the generated types know Inlet's.
    const intake = env.INTAKE.getByName("bench") as unknown as DurableObjectStub<Intake>;
    await intake.add(lines);
    return new Response('{"success":true}', { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<Env>;
