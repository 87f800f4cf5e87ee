import { Banner } from "@cloudflare/kumo/components/banner";
import { Empty } from "@cloudflare/kumo/components/empty";
import { FingerprintIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../api/client.ts";
import { traceQuery } from "../api/delivery-queries.ts";
import type { TraceAnswer } from "../api/delivery-types.ts";
import { clip } from "../logic/entry-text.ts";
import { traceHref } from "../logic/jumps.ts";
import { plural } from "../logic/times.ts";
import { isPending, traceSentence } from "../logic/trace-lines.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { TypeBadge } from "../parts/labels.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { TheEvent } from "./trace/the-event.tsx";
import { TraceLine } from "./trace/trace-line.tsx";

const route = getRouteApi("/shell/trace/$messageId");

/** What happened to this event? */
export function TraceScreen(): ReactNode {
  const { messageId } = route.useParams();
  const { sourceId, view } = route.useSearch();
  const navigate = route.useNavigate();
  const trace = useQuery(traceQuery(messageId, sourceId, isPending));
  const nobody = trace.error instanceof ApiError && trace.error.status === 404;
  return (
    <Page
      title={trace.data === undefined ? "Trace" : titleOf(trace.data)}
      answer={trace.data === undefined ? "What happened to this event?" : <bdi>{traceSentence(trace.data.trace)}</bdi>}
    >
      <p className="-mt-3 mb-6 flex flex-wrap items-center gap-2 text-sm">
        {trace.data?.trace.type !== undefined && <TypeBadge type={trace.data.trace.type} />}
        <bdi className="text-kumo-subtle min-w-0 font-mono break-all">{clip(messageId, 300)}</bdi>
        <CopyButton text={messageId} label="Copy the message id" compact />
        {trace.data !== undefined && isPending(trace.data) && (
          <span role="status" className="text-kumo-info">
            Live: more is to come
          </span>
        )}
      </p>
      {trace.data === undefined && nobody ? (
        <Empty
          icon={<FingerprintIcon size={40} className="text-kumo-inactive" />}
          title="Nobody knows this event"
          description={trace.error?.message ?? ""}
          contents={<TextLink href="/sources">Look into a source’s debugger</TextLink>}
        />
      ) : (
        <Loaded query={trace} failure="The trace could not be loaded">
          {(answer) => (
            <div className="flex flex-col gap-6">
              <Elsewhere answer={answer} messageId={messageId} />
              <TraceLine trace={answer.trace} />
              <TheEvent
                trace={answer.trace}
                view={view}
                onViewChange={(next) =>
                  void navigate({
                    search: { ...(sourceId === undefined ? {} : { sourceId }), view: next },
                    replace: true,
                    resetScroll: false,
                  })
                }
              />
            </div>
          )}
        </Loaded>
      )}
    </Page>
  );
}

const titleOf = ({ trace: { name, type } }: TraceAnswer): string =>
  name === undefined || name === ""
    ? `Trace of ${type === undefined ? "an event" : `${an(type)} call`}`
    : clip(name, 120);

const an = (word: string): string => `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;

/** The same id at other sources, and what was not searched. */
function Elsewhere({ answer, messageId }: { answer: TraceAnswer; messageId: string }): ReactNode {
  const { otherSources, search, trace } = answer;
  const silent = search.unanswered.length + search.unasked;
  return (
    <>
      {otherSources.length > 0 && (
        <Banner
          size="sm"
          variant="secondary"
          description={
            <span className="flex flex-wrap gap-x-3">
              {trace.sourceName} is shown. The same message id is known to:
              {otherSources.map(({ sourceId, sourceName, status }) => (
                <span key={sourceId}>
                  <TextLink href={traceHref(messageId, sourceId)}>{sourceName}</TextLink> ({status})
                </span>
              ))}
            </span>
          }
        />
      )}
      {silent > 0 && (
        <Banner
          size="sm"
          variant="alert"
          description={`${plural(silent, "source")} could not be asked; it may be known there too.`}
        />
      )}
    </>
  );
}
