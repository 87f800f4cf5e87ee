import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { DebuggerEntry } from "../../../src/core/debugger.ts";
import { lookupQuery } from "../../api/queries.ts";
import type { Lookup } from "../../api/types.ts";
import { absoluteTime, count, plural } from "../../logic/times.ts";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Bar, ErrorCard } from "../../parts/page-states.tsx";
import { When } from "../../parts/when.tsx";

/** The ids of an event, and where it is stored. */
export const EntryDetails = ({ sourceId, entry }: { sourceId: string; entry: DebuggerEntry }): ReactNode => (
  <>
    <dl className="flex flex-col">
      <Detail name="Message id" value={entry.messageId} />
      <Detail name="User id" value={entry.userId} />
      <Detail name="Anonymous id" value={entry.anonymousId} />
      <Detail name="Library" value={entry.library} />
      <Detail name="Received" value={absoluteTime(entry.receivedAt)} />
    </dl>
    {entry.messageId !== undefined && entry.status !== "refused" && (
      <section>
        <h3 className="mb-1 font-semibold">Where it is stored</h3>
        <Stored sourceId={sourceId} messageId={entry.messageId} />
      </section>
    )}
  </>
);

const Detail = ({ name, value }: { name: string; value: string | undefined }): ReactNode =>
  value !== undefined &&
  value !== "" && (
    <div className="border-kumo-hairline flex items-start gap-3 border-b py-1.5 last:border-b-0">
      <dt className="text-kumo-subtle w-28 shrink-0 text-sm">{name}</dt>
      <dd className="min-w-0 flex-1 text-sm wrap-anywhere">
        <bdi>{value}</bdi>
      </dd>
      <CopyButton text={value} label={`Copy ${name.toLowerCase()}`} compact />
    </div>
  );

/** What the source's Intake knows of a message: its place in the archive and the copies that came later. */
function Stored({ sourceId, messageId }: { sourceId: string; messageId: string }): ReactNode {
  const lookup = useQuery({
    ...lookupQuery(sourceId, messageId),
    // Until it is in the archive, which takes seconds, its place may still be asked for.
    refetchInterval: ({ state }) => (state.data?.stored === false ? 2000 : false),
  });
  if (lookup.data === null)
    return <p className="text-kumo-subtle">Not found: never accepted, or its time to be remembered is over.</p>;
  if (lookup.data !== undefined) return <Place lookup={lookup.data} />;
  if (lookup.isError)
    return (
      <ErrorCard error={lookup.error} what="The message could not be looked up" retry={() => void lookup.refetch()} />
    );
  return <Bar className="w-56" />;
}

function Place({ lookup }: { lookup: Lookup }): ReactNode {
  const copies = lookup.duplicates.count;
  return (
    <>
      <dl className="flex flex-col">
        <div className="border-kumo-hairline flex gap-3 border-b py-1.5">
          <dt className="text-kumo-subtle w-28 shrink-0 text-sm">First seen</dt>
          <dd className="text-sm">
            <When at={lookup.firstSeenAt} />
          </dd>
        </div>
        {lookup.stored ? (
          <>
            <Detail name="Segment" value={lookup.segment} />
            <Detail name="Line" value={count(lookup.line + 1)} />
          </>
        ) : (
          <p className="text-kumo-subtle py-1.5 text-sm">
            Durable in the outbox; it moves to the archive within seconds.
          </p>
        )}
        <div className="border-kumo-hairline border-b py-1.5 text-sm">
          {copies === 0 ? (
            <span className="text-kumo-subtle">It came once.</span>
          ) : (
            <>
              {plural(copies, "later copy", "later copies")} not stored again, the last one{" "}
              <When at={lookup.duplicates.times.at(-1) ?? lookup.firstSeenAt} />.
            </>
          )}
        </div>
      </dl>
    </>
  );
}
