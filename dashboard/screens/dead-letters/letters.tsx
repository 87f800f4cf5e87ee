import { Button } from "@cloudflare/kumo/components/button";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { lettersQuery } from "../../api/delivery-queries.ts";
import type { Letter } from "../../api/delivery-types.ts";
import { subscriptionsQuery } from "../../api/destination-queries.ts";
import { clip } from "../../logic/entry-text.ts";
import { isObject } from "../../logic/directive.ts";
import { mappingNames, userOf } from "../../logic/dead-letters.ts";
import { traceHref } from "../../logic/jumps.ts";
import { plural } from "../../logic/times.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Bar } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { When } from "../../parts/when.tsx";
import { ReasonCode } from "../../parts/reason-code.tsx";

interface LettersProps {
  readonly destinationId: string;
  readonly objectKey: string;
}

/** The events of one object of dead letters, each with why it was given up. */
export default function Letters({ destinationId, objectKey }: LettersProps): ReactNode {
  const letters = useInfiniteQuery(lettersQuery(destinationId, objectKey));
  const mappings = useQuery(subscriptionsQuery(destinationId));
  return (
    <div className="border-kumo-hairline border-t px-4 py-3 sm:pl-11">
      <Loaded query={letters} failure="The dead letters could not be read" skeleton={<Bar className="w-56" />}>
        {({ pages }) => (
          <ul className="flex flex-col">
            {pages
              .flatMap(({ items }) => items)
              .map((letter) => (
                <LetterItem
                  key={`${letter.segmentKey} ${letter.line} ${letter.subscriptionId ?? ""}`}
                  letter={letter}
                  mapping={
                    letter.subscriptionId === undefined ? "" : mappingNames([letter.subscriptionId], mappings.data)
                  }
                />
              ))}
          </ul>
        )}
      </Loaded>
      {letters.hasNextPage && (
        <Button
          size="sm"
          className="mt-3"
          loading={letters.isFetchingNextPage}
          onClick={() => void letters.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}

function LetterItem({ letter, mapping }: { letter: Letter; mapping: string }): ReactNode {
  const { reason, sentence, detail, attempts, at, messageId, event, segmentKey } = letter;
  const user = userOf(event);
  const [open, setOpen] = useState(false);
  // segment-logs/<sourceId>/…
  const sourceId = segmentKey.split("/")[1];
  return (
    <li className="border-kumo-hairline flex flex-col gap-1 border-b py-3 last:border-b-0">
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="min-w-0 break-words">
          <bdi className="font-medium">{titleOf(letter)}</bdi>{" "}
          <span className="text-kumo-subtle text-sm">{typeOf(letter)}</span>
        </span>
        {mapping !== "" && <span className="text-kumo-subtle text-sm">by {mapping}</span>}
        <span className="text-kumo-subtle text-sm">
          {plural(attempts, "attempt")}, given up <When at={at} />
        </span>
      </p>
      {(messageId !== undefined || user !== undefined) && (
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {messageId !== undefined && (
            <span className="max-w-full truncate font-mono sm:max-w-80" title={messageId}>
              <TextLink href={traceHref(messageId, sourceId)}>{clip(messageId, 100)}</TextLink>
            </span>
          )}
          {user !== undefined && (
            <span className="text-kumo-subtle min-w-0 wrap-anywhere">
              user <bdi className="font-mono">{clip(user, 60)}</bdi>
            </span>
          )}
        </p>
      )}
      <p className="text-sm break-words">
        {sentence} <ReasonCode reason={reason} sentence={sentence} />
        {detail !== "" && <bdi className="text-kumo-subtle block break-words">{clip(detail, 400)}</bdi>}
      </p>
      <p className="flex flex-wrap gap-4 text-sm">
        <button
          type="button"
          aria-expanded={open}
          className="text-kumo-link cursor-pointer"
          onClick={() => setOpen(!open)}
        >
          {open ? "Hide the event" : "The event"}
        </button>
      </p>
      {open && (
        <CodeView
          label="The event"
          wrap={typeof event === "string"}
          code={typeof event === "string" ? event : (JSON.stringify(event, null, 2) ?? "")}
        />
      )}
    </li>
  );
}

function titleOf({ event, messageId }: Letter): string {
  const { event: track, name } = isObject(event) ? event : {};
  const title = [track, name].find((one) => typeof one === "string" && one !== "") ?? messageId;
  return typeof title === "string" ? clip(title, 100) : "An event that cannot be read";
}

function typeOf({ event }: Letter): string {
  const type = isObject(event) ? event["type"] : undefined;
  return typeof type === "string" ? clip(type, 20) : "";
}
