import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { createReplay } from "../../api/replay-queries.ts";
import { type ReplayDraft, requestOf, searchOf } from "../../logic/replay-draft.ts";
import type { DraftSearch } from "../../logic/replay-params.ts";
import { windowOf } from "../../logic/replay-range.ts";
import { useRested } from "../../parts/use-rested.ts";

/** Tells the address what the draft has become, when it has changed and the typing rests. */
export function useAddress(draft: ReplayDraft, onChange: (search: DraftSearch) => void): void {
  const told = useRef(draft);
  const rested = useRested(draft, 400);
  useEffect(() => {
    if (rested === told.current) return;
    told.current = rested;
    const search = searchOf(rested);
    if (search !== undefined) onChange(search);
  }, [rested, onChange]);
}

interface Asked {
  readonly draft: ReplayDraft;
  readonly rate: number;
  /** Of the archive, in ms. */
  readonly oldest: number | undefined;
}

/** Asks for a replay; an unchanged draft is the same replay, whatever became of the first answer. */
export function useCreateReplay() {
  const navigate = useNavigate();
  const [ids] = useState(() => new Map<string, string>());
  return useMutation({
    mutationFn: async ({ draft, rate, oldest }: Asked) => {
      // "The last hour" ends when it is asked for, not when the form was opened.
      const window = windowOf(draft, Date.now(), oldest);
      if (typeof window === "string") throw new Error(window);
      const same = JSON.stringify(draft);
      const id = ids.get(same) ?? crypto.randomUUID();
      ids.set(same, id);
      return createReplay({ id, ...requestOf(draft, window, rate) });
    },
    onSuccess: ({ replay }) => navigate({ to: "/replays/$replayId", params: { replayId: replay.id } }),
  });
}
