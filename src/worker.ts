export { Catalog } from "../durable/catalog.ts";
export { Debugger } from "../durable/debugger.ts";
export { Intake } from "../durable/intake.ts";
export { Ledger } from "../durable/ledger.ts";
export { Preferences } from "../durable/preferences.ts";

export default {
  async fetch(): Promise<Response> {
    return new Response("not built yet", { status: 503 });
  },
} satisfies ExportedHandler<Env>;
