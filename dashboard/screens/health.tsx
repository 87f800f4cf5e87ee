import { Button } from "@cloudflare/kumo/components/button";
import { ArrowsClockwiseIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { healthQuery } from "../api/operate-queries.ts";
import { healthAnswer } from "../logic/operate.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { When } from "../parts/when.tsx";
import { Findings } from "./health/findings.tsx";
import { Backlogs } from "./health/backlogs.tsx";

/** Does anything hold events up? */
export function HealthScreen(): ReactNode {
  const health = useQuery(healthQuery);
  return (
    <Page
      title="Health"
      answer={
        health.data === undefined ? (
          "Does anything hold events up?"
        ) : (
          <>
            {healthAnswer(health.data)} <When at={health.data.at} />.
          </>
        )
      }
      actions={
        <Button icon={ArrowsClockwiseIcon} loading={health.isFetching} onClick={() => void health.refetch()}>
          Look again
        </Button>
      }
      actionsShow
    >
      <Loaded query={health} failure="The workspace could not be looked at">
        {(report) => (
          <div className="flex flex-col gap-6">
            <Findings findings={report.findings} />
            {report.unasked > 0 && (
              <p className="text-kumo-subtle text-sm">
                {report.unasked} more questions were not asked: the workspace is too large for one look.
              </p>
            )}
            <Backlogs health={report} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}
