import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { archivedDaysQuery } from "../../api/replay-queries.ts";
import { eventsWithin } from "../../logic/replay-range.ts";
import { plural } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";

/** What is lost, as far as the archive knows. */
export default function Consequence({ sourceId, before }: { sourceId: string; before: number }): ReactNode {
  const days = useQuery(archivedDaysQuery(sourceId)).data;
  const events = days === undefined ? undefined : eventsWithin(days, { from: 0, to: before });
  return (
    <>
      Events received before {new Date(before).toISOString().slice(0, 10)} will be deleted for good, from within an hour
      on
      {events === undefined
        ? ""
        : events === 0
          ? " (there are none at this time)"
          : `: about ${plural(events, "event")}`}
      , and from then on every event once its time has come. They can then not be searched, downloaded, exported again
      or replayed. Tables that were exported already stay.{" "}
      <TextLink href={`/sources/${sourceId}/archive?ask=download&range=all`}>Download them first</TextLink>
    </>
  );
}
