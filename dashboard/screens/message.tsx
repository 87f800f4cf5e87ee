import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { lookupQuery } from "../api/queries.ts";
import { CodeView } from "../parts/code-view.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { Stored } from "./debugger/entry-details.tsx";

const route = getRouteApi("/shell/sources/$sourceId/message");

/** What became of one message: where it is stored, how often it came, and its archived line. */
export function MessageScreen(): ReactNode {
  const { sourceId } = route.useParams();
  const { id = "" } = route.useSearch();
  const lookup = useQuery(lookupQuery(sourceId, id));
  const event = lookup.data?.event;
  return (
    <Page title="One message" answer={<bdi className="font-mono text-sm break-all">{id}</bdi>}>
      <div className="flex flex-col gap-5">
        <div className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring">
          <Stored sourceId={sourceId} messageId={id} />
        </div>
        {event !== undefined && (
          <CodeView
            code={JSON.stringify(event, null, 2)}
            label="the archived event"
            title="Archived event, as it goes to destinations"
            tall
          />
        )}
        <p>
          <TextLink href={`/sources/${sourceId}/debugger?q=${encodeURIComponent(id)}`}>
            Look for it in the debugger
          </TextLink>
        </p>
      </div>
    </Page>
  );
}
