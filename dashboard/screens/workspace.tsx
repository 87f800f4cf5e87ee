import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../api/client.ts";
import { queryClient, tokensQuery, workspaceQuery } from "../api/queries.ts";
import type { Workspace } from "../api/types.ts";
import { plural } from "../logic/times.ts";
import { DraftForm } from "../parts/draft-form.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { NameInput } from "../parts/name-input.tsx";
import { Page, Section } from "../parts/page.tsx";
import { WorkspaceRetention } from "./workspace/retention.tsx";
import { Tokens } from "./workspace/tokens.tsx";

/** Who may use this workspace? */
export function WorkspaceScreen(): ReactNode {
  const workspace = useQuery(workspaceQuery);
  const tokens = useQuery(tokensQuery);
  return (
    <Page
      title="Workspace"
      answer={
        tokens.data === undefined
          ? "Who may use this workspace?"
          : tokens.data.length === 0
            ? "Only the admin token lets anybody in."
            : `The admin token and ${plural(tokens.data.length, "API token")} let people and scripts in.`
      }
    >
      <Section title="Name">
        <Loaded query={workspace} failure="The workspace could not be loaded">
          {(loaded) => <NameForm workspace={loaded} />}
        </Loaded>
      </Section>
      <Section
        title="Retention"
        help="How long archives keep events. Dead letters in R2 follow it as well; a destination lists them, and sends them again, for 90 days at most. A source may have a time of its own, in its settings."
      >
        <Loaded query={workspace} failure="The workspace could not be loaded">
          {(loaded) => <WorkspaceRetention workspace={loaded} />}
        </Loaded>
      </Section>
      <Section
        title="API tokens"
        help="For scripts, as Authorization: Bearer <token> on every route under /api, and for people: it signs in to the console as its role. A viewer sees events and settings, no secrets, and changes nothing."
      >
        <Loaded query={tokens} failure="The tokens could not be loaded">
          {(list) => <Tokens tokens={list} />}
        </Loaded>
      </Section>
    </Page>
  );
}

function NameForm({ workspace }: { workspace: Workspace }): ReactNode {
  const save = useMutation({
    mutationFn: (change: { name: string }) => api("PATCH", "/", change),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: workspaceQuery.queryKey }),
  });
  return (
    <DraftForm saved={{ name: workspace.workspace.name }} fields={["name"]} save={save}>
      {({ value, set }, errors) => (
        <NameInput
          label="Workspace name"
          value={value.name}
          error={errors["name"]}
          onChange={(next) => set({ name: next })}
        />
      )}
    </DraftForm>
  );
}
