import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { queryClient, tokensQuery } from "../../api/queries.ts";
import type { Role, Token } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { ConfirmByName } from "../../parts/confirm-by-name.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { useProblems } from "../../parts/use-problems.ts";
import { useOwner } from "../../parts/use-owner.ts";
import { When } from "../../parts/when.tsx";

const ROLES: readonly (readonly [Role, string])[] = [
  ["owner", "Owner: may do everything"],
  ["viewer", "Viewer: only reads"],
];

/** Who else may use the control plane, and as what. */
export function Tokens({ tokens }: { tokens: readonly Token[] }): ReactNode {
  const [revoking, setRevoking] = useState<Token>();
  const owner = useOwner();
  return (
    <div className="flex flex-col gap-5">
      {tokens.length === 0 ? (
        <p className="text-kumo-subtle">
          No tokens yet. Scripts can also use the admin token, but a token can be revoked on its own.
        </p>
      ) : (
        <ul className="flex flex-col">
          {tokens.map((token) => (
            <li
              key={token.id}
              className="border-kumo-hairline flex flex-wrap items-center gap-x-3 gap-y-1 border-b py-2 first:pt-0 last:border-b-0 last:pb-0"
            >
              <span className="min-w-0 flex-1 basis-48 truncate font-medium" title={token.name}>
                {token.name}
              </span>
              <span className="text-kumo-subtle text-sm">
                {token.role} · made <When at={token.createdAt} /> ·{" "}
                {token.lastUsedAt === undefined ? (
                  "never used"
                ) : (
                  <>
                    used <When at={token.lastUsedAt} />
                  </>
                )}
              </span>
              {owner && (
                <Button size="sm" variant="secondary-destructive" onClick={() => setRevoking(token)}>
                  Revoke
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {owner && <NewToken />}
      <ConfirmByName
        title="Revoke the token"
        consequence="Scripts that use it are refused from now on, and sessions opened with it end."
        name={revoking?.name ?? ""}
        action="Revoke"
        open={revoking !== undefined}
        onOpenChange={(open) => !open && setRevoking(undefined)}
        onConfirm={async () => {
          await api("DELETE", `/tokens/${encodeURIComponent(revoking?.id ?? "")}`);
          await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
        }}
      />
    </div>
  );
}

/** Makes a token and shows its secret this once. */
function NewToken(): ReactNode {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("owner");
  const create = useMutation({
    mutationFn: () => api<{ token: Token & { secret: string } }>("POST", "/tokens", { name: name.trim(), role }),
    onSuccess: async () => {
      setName("");
      await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const problems = useProblems(create.error, ["name"], { name });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {create.data !== undefined && (
        <div role="status" className="ring-kumo-hairline bg-kumo-success-tint min-w-0 rounded-lg p-3 ring">
          <p className="text-sm font-medium">Copy the token now; it is not shown again.</p>
          <p className="mt-1 flex min-w-0 items-center gap-1">
            <code className="min-w-0 font-mono text-sm break-all">{create.data.token.secret}</code>
            <CopyButton text={create.data.token.secret} label="Copy the token" compact />
          </p>
        </div>
      )}
      {problems.general.map((message) => (
        <Banner key={message} size="sm" variant="error" description={message} />
      ))}
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <Input
            label="New token"
            placeholder="What will use it, such as deploy script"
            value={name}
            maxLength={120}
            error={problems.fields["name"]}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="w-56 max-w-full">
          <Choice aria-label="Role" value={role} choices={ROLES} onChange={setRole} />
        </div>
        <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
          Create
        </Button>
      </div>
    </form>
  );
}
