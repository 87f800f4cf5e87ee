import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import type { Source, WriteKeyDetails } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { ConfirmByName } from "../../parts/confirm-by-name.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { useOwner } from "../../parts/use-owner.ts";
import { Until, When } from "../../parts/when.tsx";
import { refreshSource } from "./save.ts";

type Overlap = "never" | "24" | "168" | "720";
const OVERLAPS: readonly (readonly [Overlap, string])[] = [
  ["never", "The other keys stay valid"],
  ["24", "The other keys end in 1 day"],
  ["168", "The other keys end in 7 days"],
  ["720", "The other keys end in 30 days"],
];

/** The source's keys: add one with an overlap, copy, revoke by name. */
export function WriteKeys({ source }: { source: Source }): ReactNode {
  const [revoking, setRevoking] = useState<string>();
  const [overlap, setOverlap] = useState<Overlap>("never");
  const owner = useOwner();
  const keys = `/sources/${encodeURIComponent(source.id)}/writekey`;
  const add = useMutation({
    mutationFn: () => api("POST", keys, overlap === "never" ? {} : { expireOthersAfterHours: Number(overlap) }),
    onSuccess: () => refreshSource(source),
  });
  return (
    <div className="flex flex-col gap-4">
      <ul className="flex flex-col">
        {source.writeKeyDetails.map((detail) => (
          <KeyRow
            key={detail.key}
            detail={detail}
            last={source.writeKeyDetails.length === 1}
            onRevoke={owner ? () => setRevoking(detail.key) : undefined}
          />
        ))}
      </ul>
      {add.isError && <Banner size="sm" variant="error" description={add.error.message} />}
      <div className={owner ? "flex flex-wrap items-center gap-2" : "hidden"}>
        <Button loading={add.isPending} onClick={() => add.mutate()}>
          Add a write key
        </Button>
        <Choice aria-label="What happens to the other keys" value={overlap} choices={OVERLAPS} onChange={setOverlap} />
      </div>
      <ConfirmByName
        title={`Revoke the write key ${revoking ?? ""}`}
        consequence="Whatever still sends with it is answered 200, as Segment does, and its events are gone. Events received so far stay."
        name={source.name}
        action="Revoke"
        open={revoking !== undefined}
        onOpenChange={(open) => !open && setRevoking(undefined)}
        onConfirm={async () => {
          await api("DELETE", `${keys}/${encodeURIComponent(revoking ?? "")}`);
          await refreshSource(source);
        }}
      />
    </div>
  );
}

const KeyRow = ({
  detail,
  last,
  onRevoke,
}: {
  detail: WriteKeyDetails;
  last: boolean;
  onRevoke: (() => void) | undefined;
}): ReactNode => (
  <li className="border-kumo-hairline flex flex-wrap items-center gap-x-3 gap-y-1 border-b py-2 first:pt-0 last:border-b-0 last:pb-0">
    <span className="flex min-w-0 flex-1 basis-60 items-center gap-1">
      <code className="min-w-0 truncate font-mono text-sm">{detail.key}</code>
      <CopyButton text={detail.key} label="Copy the write key" compact />
    </span>
    <span className="text-kumo-subtle text-sm">
      added <When at={detail.createdAt} />
      {detail.expiresAt !== undefined && (
        <>
          {" · ends "}
          <Until at={detail.expiresAt} />
        </>
      )}
    </span>
    <Button
      size="sm"
      variant="secondary-destructive"
      disabled={last || onRevoke === undefined}
      aria-describedby={last ? "last-key" : undefined}
      onClick={onRevoke}
    >
      Revoke
    </Button>
    {last && (
      <p id="last-key" className="text-kumo-subtle basis-full text-sm">
        The only key cannot be revoked; add another first.
      </p>
    )}
  </li>
);
