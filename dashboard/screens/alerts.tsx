import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { BellRingingIcon, PlusIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { alertsQuery } from "../api/operate-queries.ts";
import { alertsAnswer } from "../logic/alerts.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { useOwner } from "../parts/use-owner.ts";
import { AlertCard } from "./alerts/card.tsx";
import { AlertEditor } from "./alerts/editor.tsx";

const route = getRouteApi("/shell/alerts");

/** Who is told of what, and is anything ringing? */
export function AlertsScreen(): ReactNode {
  const alerts = useQuery(alertsQuery);
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const owner = useOwner();
  const open = (id: string | undefined): void =>
    void navigate({ search: id === undefined ? {} : { edit: id }, resetScroll: false });
  const add = (
    <Button variant="primary" icon={PlusIcon} onClick={() => open("new")}>
      New alert
    </Button>
  );
  return (
    <Page
      title="Alerts"
      answer={alerts.data === undefined ? "Who is told of what, and is anything ringing?" : alertsAnswer(alerts.data)}
      actions={edit === undefined && alerts.data?.length !== 0 ? add : undefined}
    >
      <Loaded query={alerts} failure="The alerts could not be loaded">
        {(list) => (
          <div className="flex flex-col gap-4">
            {edit === "new" && owner && <AlertEditor onClose={() => open(undefined)} />}
            {list.length === 0 && edit !== "new" ? (
              <Empty
                icon={<BellRingingIcon size={40} className="text-kumo-inactive" />}
                title="No alerts yet"
                description="An alert tells Slack or a webhook once when something begins, once a day while it lasts, and once when it is over: a destination that is down, a source that went quiet, deliveries that fail."
                {...(owner ? { contents: add } : {})}
              />
            ) : (
              list.map((alert) =>
                edit === alert.id && owner ? (
                  <AlertEditor key={alert.id} alert={alert} onClose={() => open(undefined)} />
                ) : (
                  <AlertCard key={alert.id} alert={alert} onEdit={() => open(alert.id)} />
                ),
              )
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
