import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { CompassIcon, PlugsIcon } from "@phosphor-icons/react";
import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../api/client.ts";
import { TextLink } from "./text-link.tsx";

/** A grey bar where text will be. */
export const Bar = ({ className = "" }: { className?: string }): ReactNode => (
  <span aria-hidden className={`skeleton bg-kumo-tint block h-4 rounded ${className}`} />
);

/** The outline of a page while its parts are on their way. */
export const PageSkeleton = (): ReactNode => (
  <div role="status" aria-label="Loading" className="mx-auto flex w-full max-w-6xl flex-col gap-4 px-4 py-8 sm:px-8">
    <Bar className="h-7 w-48" />
    <Bar className="w-80 max-w-full" />
    <ListSkeleton />
  </div>
);

/** A card of rows while a list is on its way. */
export const ListSkeleton = ({ rows = 4 }: { rows?: number }): ReactNode => (
  <div
    role="status"
    aria-label="Loading"
    className="ring-kumo-hairline bg-kumo-base mt-4 flex flex-col rounded-lg ring"
  >
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="border-kumo-hairline flex items-center gap-6 border-b px-4 py-4 last:border-b-0">
        <Bar className="w-40" />
        <Bar className="w-20" />
        <Bar className="ml-auto w-24" />
      </div>
    ))}
  </div>
);

interface Failure {
  readonly error: Error;
  /** What was being attempted, as the start of a sentence: "The sources could not be loaded". */
  readonly what: string;
  readonly retry: () => void;
}

/** What failed, why, and the way on. The request id is what the collector's log is searched by. */
export function ErrorCard({ error, what, retry }: Failure): ReactNode {
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <div role="alert" className="ring-kumo-hairline bg-kumo-base rounded-lg p-6 ring">
      <div className="flex items-start gap-3">
        <PlugsIcon aria-hidden size={22} className="text-kumo-danger mt-0.5 shrink-0" />
        <div className="min-w-0">
          <p className="font-medium">{what}.</p>
          <p className="text-kumo-subtle mt-1 break-words">{error.message}</p>
          {requestId !== undefined && (
            <p className="text-kumo-subtle mt-1 text-sm">
              Request <code className="font-mono">{requestId}</code>
            </p>
          )}
          <Button className="mt-4" onClick={retry}>
            Try again
          </Button>
        </div>
      </div>
    </div>
  );
}

/** The last catch: a screen that threw while it was drawn or loaded. */
export const RouteError = ({ error, reset }: ErrorComponentProps): ReactNode => (
  <main className="mx-auto w-full max-w-2xl px-4 py-12">
    <ErrorCard
      error={error instanceof Error ? error : new Error(String(error))}
      what="This screen could not be shown"
      retry={() => {
        reset();
        // A new deployment may have replaced the chunk that failed to load.
        window.location.reload();
      }}
    />
  </main>
);

export const NotFound = (): ReactNode => (
  <main className="mx-auto w-full max-w-2xl px-4 py-12">
    <title>Not found · Inlet</title>
    <Empty
      icon={<CompassIcon size={40} className="text-kumo-inactive" />}
      title="There is no such page"
      description="The address may be mistyped, or what it named was deleted."
      contents={<TextLink href="/">Go to the overview</TextLink>}
    />
  </main>
);
