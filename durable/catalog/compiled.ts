import type { Directory, SourceRecord } from "../../src/core/catalog.ts";
import type { SourceContext } from "../../src/core/source.ts";
import { compileDestination, compileSource } from "../../src/core/directory.ts";
import { bumpVersion, type Room } from "./room.ts";
import { randomSecret } from "./secrets.ts";
import { linkKeyOwner } from "./sources.ts";
import { logError } from "../../src/log/log.ts";

/**
 * Compiles the directory and keeps it until the configuration changes, so that many isolates asking cost one
 * compilation. Opened link keys are kept by their sealed text: AES is paid once per key.
 */
export function createCompiler(room: Room) {
  const { store, sealer } = room;
  const linkKeys = new Map<string, string>();
  let compiled: Directory | undefined;

  /**
   * Collecting must go on when INLET_SEAL_KEY was changed, and the right one put back must make old links work
   * again: so a key that nobody has signed with stands in, in memory only, and every signed link is refused.
   */
  async function compileSources(records: readonly SourceRecord[], now: number): Promise<SourceContext[]> {
    let closed = 0;
    const compiling = records.map(async (record) => {
      const known = linkKeys.get(record.sealedLinkKey);
      if (known !== undefined) return compileSource(record, known, now);
      const opened = await sealer.open(linkKeyOwner(record.id), record.sealedLinkKey);
      if (opened === undefined) closed += 1;
      const key = opened ?? randomSecret();
      linkKeys.set(record.sealedLinkKey, key);
      return compileSource(record, key, now);
    });
    const all = await Promise.all(compiling);
    if (closed > 0) logError("link_keys_sealed_otherwise", { count: closed });
    return all;
  }

  return {
    /** `version`: what the caller holds; `unchanged` when it is still the current one. */
    async directory(version?: number): Promise<Directory | "unchanged"> {
      const now = room.now();
      const changesAt = Number(store.meta("changesAt") ?? "") || Infinity;
      if (changesAt <= now) bumpVersion(store, now);
      const current = store.version();
      if (version === current) return "unchanged";
      if (compiled?.version === current) return compiled;
      const records = store.sources();
      const destinations = store.destinations().map(compileDestination);
      const sources = await compileSources(records, now);
      compiled = { version: current, sources, destinations };
      return compiled;
    },
  };
}
