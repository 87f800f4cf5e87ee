import { CommandPalette } from "@cloudflare/kumo/components/command-palette";
import { ArrowsSplitIcon, BroadcastIcon, FileTextIcon, FingerprintIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { ApiError } from "../api/client.ts";
import { traceQuery } from "../api/delivery-queries.ts";
import { destinationsQuery, queryClient, sourcesQuery } from "../api/queries.ts";
import { type Jump, jumpsFor } from "../logic/jumps.ts";
import { useOwner } from "../parts/use-owner.ts";
import { useRested } from "../parts/use-rested.ts";

const ICONS = { page: FileTextIcon, source: BroadcastIcon, destination: ArrowsSplitIcon, message: FingerprintIcon };

/** ⌘K: a place, a source, a destination, or a message id to look up. */
export default function Palette({ onClose }: { onClose: () => void }): ReactNode {
  const [text, setText] = useState("");
  const router = useRouter();
  const sources = useQuery(sourcesQuery);
  const destinations = useQuery(destinationsQuery);
  const found = useMessage(text);
  const jumps = jumpsFor({
    text,
    owner: useOwner(),
    sources: sources.data?.sources ?? [],
    destinations: destinations.data ?? [],
    messageIn: found.sourceIds,
  });
  const go = (jump: Jump): void => {
    onClose();
    router.history.push(jump.href);
  };
  return (
    <CommandPalette.Root
      open
      onOpenChange={(open: boolean) => !open && onClose()}
      items={[...jumps]}
      value={text}
      onValueChange={setText}
      itemToStringValue={(jump: Jump) => jump.title}
      onSelect={(jump: Jump) => go(jump)}
      getSelectableItems={(items: Jump[]) => items}
    >
      <CommandPalette.Input placeholder="A page, source, destination or message id" />
      <CommandPalette.List>
        <CommandPalette.Results>
          {(jump: Jump) => {
            const Icon = ICONS[jump.kind];
            return (
              <CommandPalette.Item key={jump.href} value={jump} onClick={() => go(jump)}>
                <span className="flex min-w-0 items-center gap-3">
                  <Icon aria-hidden className="text-kumo-subtle shrink-0" />
                  <span className="truncate">{jump.title}</span>
                  <span className="text-kumo-subtle shrink-0 text-sm">{jump.hint}</span>
                </span>
              </CommandPalette.Item>
            );
          }}
        </CommandPalette.Results>
        <CommandPalette.Empty>{ANSWERS[found.state]}</CommandPalette.Empty>
      </CommandPalette.List>
    </CommandPalette.Root>
  );
}

type Search = "short" | "looking" | "unknown" | "failed";

const ANSWERS: Readonly<Record<Search, string>> = {
  short: "Nothing by that name. Message ids are looked for from three characters on.",
  looking: "Looking for this message id in every source…",
  unknown: "Nothing by that name, and no source knows such a message id.",
  failed: "Nothing by that name. Message ids could not be looked for just now.",
};

/** How long the typing rests before it is looked for. */
const REST_MS = 250;

/** Looks a pasted message id up; all sources that know it, the one that had it first at the front. */
function useMessage(text: string): { sourceIds: readonly string[]; state: Search } {
  const messageId = text.trim();
  const rested = useRested(messageId, REST_MS);
  const possible = /^\S{3,100}$/.test(rested);
  const search = useQuery({
    queryKey: ["find", rested],
    enabled: possible,
    retry: false,
    queryFn: async () => {
      try {
        const { trace, otherSources } = await queryClient.fetchQuery(traceQuery(rested, undefined, () => false));
        return [trace.sourceId, ...otherSources.map(({ sourceId }) => sourceId)];
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return [];
        throw error;
      }
    },
  });
  const current = rested === messageId;
  return {
    sourceIds: current && possible ? (search.data ?? []) : [],
    state: !current || search.isFetching ? "looking" : !possible ? "short" : search.isError ? "failed" : "unknown",
  };
}
