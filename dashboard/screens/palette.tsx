import { CommandPalette } from "@cloudflare/kumo/components/command-palette";
import { ArrowsSplitIcon, BroadcastIcon, FileTextIcon, FingerprintIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { destinationsQuery, lookupQuery, queryClient, sourcesQuery } from "../api/queries.ts";
import { type Jump, jumpsFor } from "../logic/jumps.ts";

const ICONS = { page: FileTextIcon, source: BroadcastIcon, destination: ArrowsSplitIcon, message: FingerprintIcon };

/** ⌘K: a place, a source, a destination, or a message id to look up. */
export default function Palette({ onClose }: { onClose: () => void }): ReactNode {
  const [text, setText] = useState("");
  const router = useRouter();
  const sources = useQuery(sourcesQuery);
  const destinations = useQuery(destinationsQuery);
  const found = useMessage(text, sources.data?.sources.map((source) => source.id) ?? []);
  const jumps = jumpsFor({
    text,
    sources: sources.data?.sources ?? [],
    destinations: destinations.data ?? [],
    messageIn: found.sourceId,
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
      <CommandPalette.Input placeholder="A page, a source, or a message id" />
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
        <CommandPalette.Empty>
          {found.looking
            ? "Looking for this message id in every source…"
            : "Nothing by that name, and no source remembers such a message id."}
        </CommandPalette.Empty>
      </CommandPalette.List>
    </CommandPalette.Root>
  );
}

/** Asks every source for a pasted message id; the first that knows it wins. */
function useMessage(text: string, sourceIds: readonly string[]): { sourceId: string | undefined; looking: boolean } {
  const messageId = text.trim();
  const search = useQuery({
    queryKey: ["find", messageId],
    enabled: /^\S{8,100}$/.test(messageId) && sourceIds.length > 0,
    retry: false,
    queryFn: async () => {
      const answers = await Promise.all(
        sourceIds.map(async (id) =>
          (await queryClient.fetchQuery(lookupQuery(id, messageId))) === null ? undefined : id,
        ),
      );
      return answers.find((id) => id !== undefined) ?? null;
    },
  });
  return { sourceId: search.data ?? undefined, looking: search.isFetching };
}
