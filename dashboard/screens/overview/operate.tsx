import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { alertsQuery, costQuery, healthQuery } from "../../api/operate-queries.ts";
import type { Alert, Cost, Health } from "../../api/operate-types.ts";
import { alertsWords } from "../../logic/alerts.ts";
import { dollars, HEALTH_WORDS, healthWords, monthName, oldestUndelivered, upperFirst } from "../../logic/operate.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { Lasting } from "../../parts/when.tsx";

/** Whether it runs as it should and what it costs, in a line each. Looked at once: those pages look again. */
export function Operate(): ReactNode {
  const health = useQuery({ ...healthQuery, refetchInterval: false });
  const alerts = useQuery({ ...alertsQuery, refetchInterval: false });
  const cost = useQuery({ ...costQuery, refetchInterval: false });
  return (
    <section aria-label="How it runs">
      <ul className="grid gap-4 md:grid-cols-3">
        <Card title="Health" href="/health" failed={health.isError}>
          {health.data && <HealthLine health={health.data} />}
        </Card>
        <Card title="Alerts" href="/alerts" failed={alerts.isError}>
          {alerts.data && <AlertsLine alerts={alerts.data} />}
        </Card>
        <Card title="Cost this month" href="/cost" failed={cost.isError}>
          {cost.data && <CostLine cost={cost.data} />}
        </Card>
      </ul>
    </section>
  );
}

interface CardProps {
  readonly title: string;
  readonly href: string;
  readonly failed: boolean;
  readonly children: ReactNode;
}

const Card = ({ title, href, failed, children }: CardProps): ReactNode => (
  <li className="ring-kumo-hairline bg-kumo-base min-w-0 rounded-lg p-4 ring">
    <p className="font-medium">
      <TextLink href={href}>{title}</TextLink>
    </p>
    <div className="mt-1 md:min-h-10 text-sm break-words">
      {children ?? <p className="text-kumo-subtle">{failed ? "Could not be loaded." : "…"}</p>}
    </div>
  </li>
);

function HealthLine({ health }: { health: Health }): ReactNode {
  const [word, variant] = HEALTH_WORDS[health.status];
  const oldest = oldestUndelivered(health);
  return (
    <p>
      {health.status !== "well" && <Badge variant={variant}>{word}</Badge>} {healthWords(health)}.
      {oldest !== undefined && (
        <span className="text-kumo-subtle">
          {" "}
          The oldest undelivered event waits for <Lasting at={oldest} />.
        </span>
      )}
    </p>
  );
}

const AlertsLine = ({ alerts }: { alerts: readonly Alert[] }): ReactNode => (
  <p>
    {alerts.some(({ state }) => state?.status === "firing") && <Badge variant="error">Firing</Badge>}{" "}
    {alertsWords(alerts)}.
  </p>
);

const CostLine = ({ cost: { soFar, projected, monthStart } }: { cost: Cost }): ReactNode => (
  <p>
    {projected === null
      ? `${upperFirst(dollars(soFar))} so far; too early to project ${monthName(monthStart)}.`
      : `About ${dollars(projected)} by the end of ${monthName(monthStart)}, ${dollars(soFar)} so far.`}{" "}
    <span className="text-kumo-subtle">An estimate from counted operations.</span>
  </p>
);
