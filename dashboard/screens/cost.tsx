import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { costQuery } from "../api/operate-queries.ts";
import { costAnswer } from "../logic/operate.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page, Section } from "../parts/page.tsx";
import { BudgetForm } from "./cost/budget.tsx";
import { CostRows } from "./cost/rows.tsx";

/** What does this cost? */
export function CostScreen(): ReactNode {
  const cost = useQuery(costQuery);
  return (
    <Page title="Cost" answer={cost.data === undefined ? "What does this cost?" : costAnswer(cost.data)}>
      <Loaded query={cost} failure="The costs could not be added up">
        {(report) => (
          <div className="flex flex-col gap-6">
            <CostRows cost={report} />
            <div>
              <Section
                title="Budget"
                help="When the month’s projection passes it, Health says so; an alert on health tells you."
              >
                <BudgetForm cost={report} />
              </Section>
              <Section title="How it is estimated">
                <ul className="flex list-disc flex-col gap-1.5 pl-5 text-sm">
                  <li>
                    Counted where it happens: clients’ calls, calls of Durable Objects and the rows they write,
                    segments, queue messages. Processor time is assumed: 1 ms a call, 0.2 ms an event at the door and
                    0.2 ms at each destination.
                  </li>
                  <li>
                    Tables for warehouses are counted as if every table had rows in every published hour: at most that
                    much.
                  </li>
                  <li>
                    Not in it: the Workers plan’s monthly fee, what was refused, the console’s and the SDK files’ own
                    requests, Workers Logs, replays’ reading, and what warehouses charge.
                  </li>
                  <li>
                    Not deducted: what Cloudflare includes for free; small workspaces stay within it and pay none of
                    this.
                  </li>
                </ul>
              </Section>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
