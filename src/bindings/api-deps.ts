import type { ApiDeps, DestinationKind, FoundEvent, SnippetRequest } from "../api/deps.ts";
import type { Hmac, LinkOptions } from "../collect/links.ts";
import type { SourceView } from "../core/catalog.ts";
import { intakeName, shardOf, type LookupResult } from "../core/intake.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import { err, type Result } from "../core/result.ts";
import { selectLines } from "../core/segment-lines.ts";
import type { Settings } from "../env.ts";
import { readLines } from "./archive.ts";
import { catalogOf } from "./catalog.ts";
import type { DirectoryCache } from "./directory.ts";
import { webHmac } from "./hmac.ts";
import { createPreferencesClient } from "./preferences.ts";

/** What the control plane borrows from rooms that neither it nor this room may import: worker.ts hands it over. */
export interface ApiTools {
  renderSnippet(request: SnippetRequest): string;
  signLink(options: LinkOptions, hmac: Hmac): Promise<Result<string, string>>;
  readonly destinations: readonly DestinationKind[];
}

/** Supplies what the control plane needs from this Worker's bindings. */
export function createApiDeps(
  env: Env,
  { settings, directory }: { readonly settings: Settings; readonly directory: DirectoryCache },
  { renderSnippet, signLink, destinations }: ApiTools,
): ApiDeps {
  const ledger = (name: string) => env.LEDGER.getByName(name);
  const samples = (sourceId: string) => env.DEBUGGER.getByName(sourceId);
  const now = () => Date.now();
  return {
    pathPrefix: settings.INLET_PATH_PREFIX,
    demo: settings.INLET_DEMO,
    catalog: () => catalogOf(env),
    destinations,
    preferences: createPreferencesClient(env),
    listSamples: (sourceId, filter, count) => samples(sourceId).list(filter, count),
    openLive: (sourceId, request) => samples(sourceId).fetch(request),
    clearSamples: (sourceId) => samples(sourceId).clear(),
    sourceVolume: (sourceId, minutes) => ledger(`source:${sourceId}`).volume({ minutes, now: now() }),
    unknownVolume: (minutes) => ledger("workspace").volume({ minutes, now: now() }),
    deliverySummary: (id, minutes) => ledger(`destination:${id}`).summary({ minutes, now: now() }),
    lookup: (source, messageId) => lookup(env, source, messageId, now()),
    renderSnippet,
    async signLink({ sourceId, ...request }) {
      const isIt = (source: { readonly id: string }) => source.id === sourceId;
      // A source made a moment ago is not in this isolate's copy yet.
      const source = (await directory.get()).sources.find(isIt) ?? (await directory.reload(sourceId));
      if (source === undefined) return err("The source is gone.");
      return signLink({ ...request, pathPrefix: settings.INLET_PATH_PREFIX, linkKey: source.linkKey }, webHmac);
    },
    now,
    newRequestId: () => crypto.randomUUID(),
  };
}

/** Asks the shard that holds the id now and, for one dedup window, the one that held it before; the first sight counts. */
async function lookup(env: Env, source: SourceView, messageId: string, now: number): Promise<FoundEvent | null> {
  const { previous, settings } = source;
  const layouts = [settings.shards, ...(previous !== undefined && previous.until > now ? [previous.shards] : [])];
  const shards = new Set(layouts.map((shards) => shardOf(messageId, shards)));
  const answers = await Promise.all(
    [...shards].map((shard) => env.INTAKE.getByName(intakeName(source.id, shard)).lookup(messageId)),
  );
  const found = answers.filter((answer) => answer !== null).toSorted((a, b) => a.firstSeenAt - b.firstSeenAt)[0];
  if (found === undefined) return null;
  const event = await archivedEvent(env.ARCHIVE, found);
  return { ...found, ...(event === undefined ? {} : { event }) };
}

/** The line itself, once its segment is in the archive (and not deleted by a lifecycle rule). */
async function archivedEvent(
  archive: R2Bucket,
  { stored, segment, line }: LookupResult,
): Promise<JsonObject | undefined> {
  const lines = stored ? await readLines(archive, segment) : null;
  if (lines === null) return undefined;
  for await (const { text } of selectLines(lines, [line])) {
    const event = parseJson(text);
    if (event.ok && isJsonObject(event.value)) return event.value;
  }
  return undefined;
}
