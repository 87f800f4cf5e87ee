// Resolves mappings with the catalogue's mapping kit as the product loads it: for mapping-kit.test.ts.
import { loadCore } from "../../src/destinations/engine/modules.ts";

interface Asked {
  readonly mapping: Record<string, never>;
  readonly event: Record<string, never>;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { transform } = await loadCore();
    const asked = await request.json<Asked[]>();
    const answers = asked.map(({ mapping, event }) => {
      try {
        return { result: transform(mapping, event) };
      } catch (error) {
        return { error: error instanceof Error ? error.message : String(error) };
      }
    });
    return Response.json(answers);
  },
};
