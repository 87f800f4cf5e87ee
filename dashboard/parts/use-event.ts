import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { DebuggerEntry } from "../../src/core/debugger.ts";
import { recentEventsQuery } from "../api/destination-queries.ts";
import { lookupQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { isObject } from "../logic/directive.ts";
import { type Json, likelyEntry, rawEvent, readEvent } from "../logic/event-choice.ts";
import { sampleEvent } from "../logic/sample-event.ts";

/** Where the event comes from: stored as destinations get it, as its client sent it, made up, or typed here. */
export type EventOrigin = "archived" | "sent" | "made-up" | "typed";

export interface EventSearch {
  readonly source?: string;
  /** A messageId. */
  readonly event?: string;
}

export interface PickedEvent {
  readonly sourceId: string;
  readonly entries: readonly DebuggerEntry[];
  readonly messageId: string | undefined;
  readonly origin: EventOrigin;
  readonly loading: boolean;
  /** The event as text, which may be no JSON while it is typed. */
  readonly text: string;
  readonly event: Json | undefined;
  readonly problem: string | undefined;
  readonly pick: (search: EventSearch) => void;
  readonly type: (text: string) => void;
  readonly makeUp: () => void;
}

/** The id in a made-up event: the same one gives the same event while a page is open. */
const newId = (): string => `inlet-test-${crypto.randomUUID()}`;

/**
 * The event that a trial is made of. The address names a source and a message; without, it is the newest that one
 * of the triggers takes; without any, one is made up for the first. What is typed comes first, until another is picked.
 */
export function useEvent(
  { sourceIds }: Destination,
  search: EventSearch,
  triggers: readonly string[],
  onSearch: (search: EventSearch) => void,
): PickedEvent {
  const sourceId = search.source ?? sourceIds[0] ?? "";
  const [typed, setTyped] = useState<string>();
  const [madeUp, setMadeUp] = useState(() => ({ id: newId(), at: new Date(), wanted: false }));
  const recent = useQuery({ ...recentEventsQuery(sourceId), enabled: sourceId !== "" });
  const entries = (recent.data ?? []).filter((entry) => rawEvent(entry) !== undefined);
  // Chosen once: while a trigger is edited, the event it is tried on stays.
  const [likely, setLikely] = useState<{ sourceId: string; messageId: string | undefined }>();
  if (recent.data !== undefined && likely?.sourceId !== sourceId) {
    setLikely({ sourceId, messageId: likelyEntry(entries, triggers)?.messageId });
  }
  const messageId = madeUp.wanted ? undefined : (search.event ?? likely?.messageId);
  const stored = useQuery({ ...lookupQuery(sourceId, messageId ?? ""), enabled: messageId !== undefined });
  const entry = entries.find((one) => one.messageId === messageId);
  const archived = stored.data?.event;
  const found: { origin: EventOrigin; event: Json } = isObject(archived)
    ? { origin: "archived", event: archived }
    : (sentBy(entry) ?? { origin: "made-up", event: sampleEvent(triggers[0] ?? "", madeUp.id, madeUp.at) });
  const text = typed ?? JSON.stringify(found.event, null, 2);
  // By its text, so that the same event is the same object each time.
  const read = useMemo(() => readEvent(text), [text]);
  return {
    sourceId,
    entries,
    messageId,
    origin: typed === undefined ? found.origin : "typed",
    loading: typed === undefined && (recent.isLoading || (messageId !== undefined && stored.isLoading)),
    text,
    event: "event" in read ? read.event : undefined,
    problem: "problem" in read ? read.problem : undefined,
    pick(next) {
      setTyped(undefined);
      setMadeUp((old) => ({ ...old, wanted: false }));
      onSearch(next);
    },
    type: setTyped,
    makeUp() {
      setTyped(undefined);
      setMadeUp({ id: newId(), at: new Date(), wanted: true });
    },
  };
}

function sentBy(entry: DebuggerEntry | undefined): { origin: "sent"; event: Json } | undefined {
  const event = entry === undefined ? undefined : rawEvent(entry);
  return event === undefined ? undefined : { origin: "sent", event };
}
