import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import type { RetentionDays } from "../../../src/core/retention.ts";
import { workspaceQuery } from "../../api/queries.ts";
import { archivedDaysQuery } from "../../api/replay-queries.ts";
import type { Source } from "../../api/types.ts";
import { eventsWithin } from "../../logic/replay-range.ts";
import { keptFor, sourceRetentionChoices } from "../../logic/retention.ts";
import { plural } from "../../logic/times.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { RetentionForm } from "../../parts/retention-form.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useSaveRetention } from "./save.ts";

/** How long the source's archive keeps what it has. */
export function Retention({ source }: { source: Source }): ReactNode {
  const workspace = useQuery(workspaceQuery);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The address was looked at before the settings had come.
    if (window.location.hash === "#retention") place.current?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <div ref={place} id="retention">
      <Loaded query={workspace} failure="The workspace’s own time could not be loaded">
        {({ workspace: { retentionDays } }) => <Form source={source} inherited={retentionDays} />}
      </Loaded>
    </div>
  );
}

function Form({ source, inherited }: { source: Source; inherited: RetentionDays }): ReactNode {
  const saving = useSaveRetention(source);
  return (
    <RetentionForm
      saved={source.settings.archive.retentionDays}
      inherited={inherited}
      choices={sourceRetentionChoices(inherited)}
      name={source.name}
      field="archive.retentionDays"
      saving={saving}
      meaning={(days) =>
        days === 0
          ? "Nothing is ever deleted."
          : `Events are deleted for good ${keptFor(days)} after they were received.`
      }
      renderConsequence={(before) => <Consequence sourceId={source.id} before={before} />}
    />
  );
}

/** What is lost, as far as the archive knows. */
function Consequence({ sourceId, before }: { sourceId: string; before: number }): ReactNode {
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
