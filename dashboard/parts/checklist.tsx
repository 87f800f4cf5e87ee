import { CheckCircleIcon, CircleIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { Destination, Source, WorkspaceVolume } from "../api/types.ts";
import { hasRealEvents, ownSources } from "../logic/overview.ts";
import { OwnersOnly } from "./owners-only.tsx";
import { TextLink } from "./text-link.tsx";

interface ChecklistProps {
  readonly sources: readonly Source[];
  readonly volume: WorkspaceVolume;
  readonly destinations: readonly Destination[];
  readonly demo: boolean;
}

/** The way from a fresh install to a first event that goes somewhere; each step is checked by what is really there. */
export function Checklist({ sources, volume, destinations, demo }: ChecklistProps): ReactNode {
  const own = ownSources(sources);
  const first = own[0];
  const demoSource = sources.find((source) => source.kind === "demo");
  return (
    <section aria-labelledby="start" className="ring-kumo-hairline bg-kumo-base rounded-lg p-5 ring">
      <h2 id="start" className="text-base font-semibold">
        Getting started
      </h2>
      <ol className="mt-3 flex flex-col gap-3">
        <Step done={own.length > 0} title="Create a source of your own">
          A website, a server or an app that sends events.{" "}
          <OwnersOnly>
            <TextLink href="/sources?new=1">Create a source</TextLink>
          </OwnersOnly>
        </Step>
        <Step done={hasRealEvents(sources, volume)} title="Send its first event">
          {first === undefined ? (
            "Its set-up page has the snippet and a button that sends a real test event."
          ) : (
            <TextLink href={`/sources/${first.id}/setup`}>Connect {first.name}</TextLink>
          )}
        </Step>
        <Step done={destinations.length > 0} title="Send events on">
          Pick a tool from the catalogue, or a webhook.{" "}
          <OwnersOnly>
            <TextLink href="/catalog">Add a destination</TextLink>
          </OwnersOnly>
        </Step>
      </ol>
      {demo && demoSource !== undefined && (
        <p className="border-kumo-hairline text-kumo-subtle mt-4 border-t pt-3 text-sm">
          Just looking? Open the{" "}
          <TextLink href="/demo" newTab>
            demo shop
          </TextLink>{" "}
          in another tab and watch its <TextLink href={`/sources/${demoSource.id}/debugger`}>debugger</TextLink>.
        </p>
      )}
    </section>
  );
}

const Step = ({ done, title, children }: { done: boolean; title: string; children: ReactNode }): ReactNode => (
  <li className="flex items-start gap-3">
    {done ? (
      <CheckCircleIcon aria-label="Done" weight="fill" size={20} className="text-kumo-success mt-0.5 shrink-0" />
    ) : (
      <CircleIcon aria-label="To do" size={20} className="text-kumo-subtle mt-0.5 shrink-0" />
    )}
    <div className="min-w-0">
      <p className={done ? "text-kumo-subtle line-through" : "font-medium"}>{title}</p>
      {!done && <div className="text-kumo-subtle text-sm break-words">{children}</div>}
    </div>
  </li>
);
