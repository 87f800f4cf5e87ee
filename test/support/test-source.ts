import type { SourceSettingsPatch } from "../../src/core/source.ts";
import { waitFor } from "./archive.ts";
import type { RunningInlet } from "./server.ts";

export interface TestSource {
  readonly id: string;
  readonly writeKey: string;
}

/**
 * A source of its own for one test. It drains soon, so that nobody waits for the archive. Returned once the edge knows
 * its write key: an unknown key asks the Catalog at most once a second, so a new one may stay unknown for that long.
 */
export async function createSource(inlet: RunningInlet, settings: SourceSettingsPatch = {}): Promise<TestSource> {
  const body = { name: `Test ${crypto.randomUUID()}`, settings: { drain: { afterMs: 200 }, ...settings } };
  const { source } = await inlet.api<{ source: { id: string; writeKeys: [string] } }>("POST", "/api/sources", body);
  const [writeKey] = source.writeKeys;
  const known = new URL(`/v1/projects/${writeKey}/settings`, inlet.url);
  await waitFor("the edge to know the new write key", async () => (await fetch(known)).ok);
  return { id: source.id, writeKey };
}
