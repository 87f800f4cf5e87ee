import { Button } from "@cloudflare/kumo/components/button";
import { SparkleIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sourcesQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { clip } from "../logic/entry-text.ts";
import { entryLine } from "../logic/event-choice.ts";
import { Choice } from "./choice.tsx";
import type { EventOrigin, PickedEvent } from "./use-event.ts";
import { useNow } from "./when.tsx";

const ORIGINS: Record<EventOrigin, string> = {
  archived: "A real event, as destinations get it.",
  sent: "A real event, as its client sent it: it is not archived yet, so what the collector adds is missing.",
  "made-up": "A made-up event, meant to fit the trigger.",
  typed: "Your own event.",
};

interface EventPickerProps {
  readonly destination: Destination;
  readonly picked: PickedEvent;
}

/** Which event to try: a recent one of a source, or one that is made up for the trigger. */
export function EventPicker({ destination, picked }: EventPickerProps): ReactNode {
  const { sourceId, entries, messageId, origin } = picked;
  const sources = useQuery(sourcesQuery);
  const now = useNow();
  const nameOf = (id: string): string => clip(sources.data?.sources.find((one) => one.id === id)?.name ?? id, 60);
  const known = entries.some((entry) => entry.messageId === messageId);
  const choices = [
    ...(origin === "typed" ? [["", "Your own event"] as const] : []),
    ...(origin === "made-up" ? [["", "A made-up event"] as const] : []),
    ...(!known && origin === "archived" && messageId !== undefined ? [[messageId, clip(messageId, 60)] as const] : []),
    ...entries.map((entry) => [entry.messageId ?? "", entryLine(entry, now)] as const),
  ];
  return (
    <div className="flex flex-col gap-2">
      {destination.sourceIds.length > 1 && (
        <Choice
          label="Source"
          value={sourceId}
          choices={destination.sourceIds.map((id) => [id, nameOf(id)])}
          onChange={(source) => picked.pick({ source })}
        />
      )}
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Choice
            label="Event"
            value={origin === "typed" || origin === "made-up" ? "" : (messageId ?? "")}
            choices={choices}
            placeholder="No recent events"
            onChange={(event) => event !== "" && picked.pick({ source: sourceId, event })}
          />
        </div>
        <Button type="button" icon={<SparkleIcon aria-hidden />} onClick={picked.makeUp}>
          Make one up
        </Button>
      </div>
      <p className="text-kumo-subtle text-sm">
        {ORIGINS[origin]}
        {entries.length === 0 && !picked.loading && ` ${nameOf(sourceId)} has accepted none lately.`}
      </p>
    </div>
  );
}
