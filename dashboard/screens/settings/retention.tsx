import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import type { RetentionDays } from "../../../src/core/retention.ts";
import { workspaceQuery } from "../../api/queries.ts";
import type { Source } from "../../api/types.ts";
import { keptFor, sourceRetentionChoices } from "../../logic/retention.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { RetentionForm } from "../../parts/retention-form.tsx";
import { useSaveRetention } from "./save.ts";

const Consequence = lazy(() => import("./retention-consequence.tsx"));

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
      renderConsequence={(before) => (
        <Suspense fallback="Events that are older will be deleted for good.">
          <Consequence sourceId={source.id} before={before} />
        </Suspense>
      )}
    />
  );
}
