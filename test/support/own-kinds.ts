import { createHmac } from "node:crypto";
import type { SettingValue } from "../../src/core/catalog.ts";
import type { Outcome } from "../../src/core/delivery.ts";
import type { Connection, DeliveredEvent, DestinationTools, Mapping } from "../../src/destinations/destination.ts";
import { loadOwn } from "../../src/destinations/engine/open.ts";
import type { OwnKind } from "../../src/destinations/own/own-kind.ts";

export const NOW = Date.parse("2026-11-22T12:00:00.000Z");

/** One request as the far end sees it. */
export interface SeenRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What the far end does with a request; 200 "ok" unless a test says otherwise. */
export type FarEnd = (seen: SeenRequest) => Promise<Response> | Response;

export interface Trial {
  readonly connection: Connection;
  readonly tools: DestinationTools;
  readonly seen: SeenRequest[];
  /** Tokens that were to be kept. */
  readonly saved: Record<string, string>[];
  /** The outcomes of events sent with a mapping; the kind's own preset when none is given. */
  perform(events: readonly DeliveredEvent[], mapping?: Mapping, signal?: AbortSignal): Promise<readonly Outcome[]>;
}

const bodyText = (body: unknown): string =>
  body instanceof Uint8Array ? Buffer.from(body).toString("latin1") : String(body ?? "");

type Settings = Readonly<Record<string, SettingValue>>;

/** The error of settings that cannot be opened; undefined when they can. */
export async function settingsProblem(kind: OwnKind, settings: Settings): Promise<string | undefined> {
  const destination = await loadOwn(kind);
  const opened = destination.open(settings, { destinationId: crypto.randomUUID(), saveTokens: async () => undefined });
  return opened.ok ? undefined : opened.error;
}

/** An own kind with these settings, run by the engine; its requests go to `farEnd`. */
export async function tryKind(
  kind: OwnKind,
  settings: Settings,
  farEnd: FarEnd = () => new Response("ok"),
  given: Partial<DestinationTools> = {},
): Promise<Trial> {
  const seen: SeenRequest[] = [];
  const saved: Record<string, string>[] = [];
  const tools: DestinationTools = {
    async fetch(url, init) {
      const { method = "GET", headers, body } = init;
      const request = { url, init, method, headers: new Headers(headers), body: bodyText(body) };
      seen.push(request);
      return farEnd(request);
    },
    hmacSha1Hex: async (secret, text) => createHmac("sha1", secret).update(text, "utf8").digest("hex"),
    now: () => NOW,
    ...given,
  };
  const destination = await loadOwn(kind);
  const opened = destination.open(settings, {
    destinationId: crypto.randomUUID(),
    saveTokens: async (tokens) => void saved.push(tokens),
  });
  if (!opened.ok) throw new Error(opened.error);
  const [preset] = kind.kind.presets;
  if (preset === undefined) throw new Error("the kind has no preset");
  return {
    connection: opened.value,
    tools,
    seen,
    saved,
    perform: (events, mapping = preset.mapping, signal = new AbortController().signal) =>
      opened.value.perform({ actionId: preset.actionId, mapping, events, tools, signal }),
  };
}
