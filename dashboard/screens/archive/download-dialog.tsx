import { Banner } from "@cloudflare/kumo/components/banner";
import { Button, LinkButton } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { Input } from "@cloudflare/kumo/components/input";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { rangeHref } from "../../api/archive-queries.ts";
import { archivedDaysQuery } from "../../api/replay-queries.ts";
import { questionOf } from "../../logic/archive-question.ts";
import { eventsWithin, REPLAY_RANGES, type ReplayRangeId, windowOf } from "../../logic/replay-range.ts";
import { plural } from "../../logic/times.ts";
import { Choice } from "../../parts/choice.tsx";
import type { ArchivePart } from "../archive.tsx";

const RANGES = REPLAY_RANGES.map(({ id, label }): readonly [ReplayRangeId, string] => [id, label]);

/** All events of a time, as one file. The browser itself takes it: nothing of it passes through the page. */
export default function DownloadDialog({ sourceId, facts, search, onChange }: ArchivePart): ReactNode {
  const [opened] = useState(() => Date.now());
  const { range, from, to } = questionOf(search, opened);
  const days = useQuery(archivedDaysQuery(sourceId)).data;
  const window = windowOf({ range, from, to }, opened, undefined);
  const events = typeof window === "string" || days === undefined ? undefined : eventsWithin(days, window);
  const close = (): void => onChange({ ask: "" });
  return (
    <Dialog.Root open onOpenChange={(open: boolean) => !open && close()}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold">Download events</Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">
          All events that were received in a time, as gzip with one JSON event a line, in no particular order. The
          conditions of a search do not matter here.
        </Dialog.Description>
        <div className="mt-4 flex flex-col gap-4">
          <Choice
            label="Received"
            value={range}
            choices={RANGES}
            onChange={(next) => onChange(next === "own" ? { range: "", from, to } : { range: next, from: "", to: "" })}
          />
          {range === "own" && (
            <div className="grid gap-3 sm:grid-cols-2">
              <Input
                type="datetime-local"
                label="From (UTC)"
                value={from}
                onChange={(event) => onChange({ from: event.target.value, to })}
              />
              <Input
                type="datetime-local"
                label="Until (UTC), not included"
                value={to}
                error={typeof window === "string" ? window : undefined}
                onChange={(event) => onChange({ from, to: event.target.value })}
              />
            </div>
          )}
          <p role="status" className="text-kumo-subtle text-sm">
            {events === undefined
              ? typeof window !== "string" && "How many there are is not known yet."
              : events === 0
                ? "No event was received in that time, as far as the archive knows."
                : `Roughly ${plural(events, "event")}.`}
          </p>
          {facts.adopting && (
            <Banner
              size="sm"
              variant="alert"
              description="The archive still takes in what an earlier version has stored. Once that is done, in a minute or so, a file can be made that is whole."
            />
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Close</Button>
            {typeof window === "string" || facts.adopting || events === 0 ? (
              <Button variant="primary" disabled>
                Download
              </Button>
            ) : (
              <LinkButton variant="primary" href={rangeHref(sourceId, window)} download>
                Download
              </LinkButton>
            )}
          </div>
        </div>
      </Dialog>
    </Dialog.Root>
  );
}
