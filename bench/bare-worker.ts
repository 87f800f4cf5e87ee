// The floor of the comparison: parses the JSON body and answers as Inlet does, keeps nothing.
export * from "./unused.ts";

export default {
  async fetch(request) {
    await request.json();
    return new Response('{"success":true}', { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<Env>;
