import type { SourceSettingsPatch } from "../../src/core/source.ts";
import type { RunningInlet } from "./server.ts";

export interface TestSource {
  readonly id: string;
  readonly writeKey: string;
}

/** A source of its own for one test. It drains soon, so that nobody waits for the archive. */
export async function createSource(inlet: RunningInlet, settings: SourceSettingsPatch = {}): Promise<TestSource> {
  const body = { name: `Test ${crypto.randomUUID()}`, settings: { drain: { afterMs: 200 }, ...settings } };
  const { source } = await inlet.api<{ source: { id: string; writeKeys: [string] } }>("POST", "/api/sources", body);
  return { id: source.id, writeKey: source.writeKeys[0] };
}
