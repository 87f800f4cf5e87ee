import { Badge } from "@cloudflare/kumo/components/badge";
import { Banner } from "@cloudflare/kumo/components/banner";
import { Loader } from "@cloudflare/kumo/components/loader";
import type { ReactNode } from "react";
import type { Destination } from "../../api/types.ts";
import { plural } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { TrialReport } from "../../parts/trial-report.tsx";
import type { Result } from "./tester.tsx";

interface ResultsProps {
  readonly destination: Destination;
  readonly results: { readonly dryRun: boolean; readonly results: readonly Result[] } | undefined;
  readonly pending: boolean;
}

/** What each mapping made of the event; those that took it first. */
export default function Results({ destination, results, pending }: ResultsProps): ReactNode {
  return (
    <section aria-label="What became of it" aria-live="polite" className="flex min-w-0 flex-col gap-4">
      {results === undefined ? (
        <p className="border-kumo-line text-kumo-subtle rounded-lg border border-dashed p-6">
          {pending ? (
            <span className="flex items-center gap-2">
              <Loader size={14} /> Trying…
            </span>
          ) : (
            "Here will be what each mapping makes of the event, the requests, and what was answered."
          )}
        </p>
      ) : (
        <>
          <p className="font-medium">{summary(results.results, results.dryRun)}</p>
          {inOrder(results.results).map((result) => (
            <article
              key={result.mapping.id}
              className={`ring-kumo-hairline bg-kumo-base min-w-0 rounded-lg p-4 ring ${pending ? "opacity-60" : ""}`}
            >
              <h2 className="mb-3 flex flex-wrap items-center gap-2 font-semibold">
                <TextLink href={`/destinations/${destination.id}/mappings/${result.mapping.id}`}>
                  {result.mapping.name}
                </TextLink>
                <Word result={result} dryRun={results.dryRun} />
              </h2>
              {result.report === undefined ? (
                <Banner size="sm" variant="error" description={result.failure} />
              ) : (
                <TrialReport report={result.report} dryRun={results.dryRun} />
              )}
            </article>
          ))}
        </>
      )}
    </section>
  );
}

/** Whether the trigger let it through, as far as that is known. */
const took = ({ report }: Result): boolean => report !== undefined && report.trigger?.fires !== false;
const inOrder = (results: readonly Result[]): readonly Result[] =>
  results.toSorted((a, b) => Number(took(b)) - Number(took(a)));

function summary(results: readonly Result[], dryRun: boolean): string {
  const failed = results.filter(({ report }) => report === undefined).length;
  const untried = failed > 0 ? ` ${plural(failed, "mapping")} could not be tried.` : "";
  const taken = results.filter(took);
  if (taken.length === 0) return failed > 0 ? untried.trim() : "No mapping takes this event: nothing is sent.";
  const words = `${plural(taken.length, "mapping")} of ${results.length} ${taken.length === 1 ? "takes" : "take"} it`;
  const delivered = taken.filter(({ report }) => report?.outcome.status === "delivered").length;
  return `${words}${dryRun ? ". Nothing was sent." : `; ${delivered} delivered.`}${untried}`;
}

function Word({ result, dryRun }: { result: Result; dryRun: boolean }): ReactNode {
  const { report } = result;
  if (report === undefined) return <Badge variant="error">not tried</Badge>;
  if (!took(result)) return <Badge variant="secondary">does not take it</Badge>;
  if (report.payloadError !== undefined) return <Badge variant="error">fails</Badge>;
  if (dryRun) return <Badge variant="info">takes it</Badge>;
  const { status } = report.outcome;
  if (status === "delivered") return <Badge variant="success">delivered</Badge>;
  return (
    <Badge variant={status === "retry" ? "warning" : "error"}>{status === "retry" ? "would retry" : "refused"}</Badge>
  );
}
