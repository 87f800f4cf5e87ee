import { Banner } from "@cloudflare/kumo/components/banner";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorCard, ListSkeleton } from "./page-states.tsx";

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  /** "The sources could not be loaded". */
  readonly failure: string;
  readonly skeleton?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** Draws a query's data, its outline while it loads, or its failure with a way on. Old data outlives a failure. */
export function Loaded<T>({ query, failure, skeleton, children }: LoadedProps<T>): ReactNode {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && (
          <Banner
            className="mb-4"
            size="sm"
            variant="alert"
            description={`${failure} again just now; what you see may be old. ${query.error.message}`}
          />
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorCard error={query.error} what={failure} retry={() => void query.refetch()} />;
  return skeleton ?? <ListSkeleton />;
}
