// The floor of the comparison: parses the JSON body and answers as Inlet does, keeps nothing.
import { DurableObject } from "cloudflare:workers";

class Unused extends DurableObject<Env> {}
export {
  Unused as ArchiveIndex,
  Unused as Catalog,
  Unused as Debugger,
  Unused as Exports,
  Unused as Intake,
  Unused as Ledger,
  Unused as Preferences,
  Unused as Replays,
};

export default {
  async fetch(request) {
    await request.json();
    return new Response('{"success":true}', { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<Env>;
