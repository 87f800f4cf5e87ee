import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import type { DebuggerFilter } from "../../src/core/debugger.ts";
import { queryClient, sessionQuery } from "../api/queries.ts";
import { EMPTY_LIST, type LiveList, moveList } from "../logic/live-list.ts";
import { LiveConnection, type LiveState } from "./connection.ts";

export interface Live {
  readonly list: LiveList;
  readonly state: LiveState;
  readonly release: () => void;
  readonly retryNow: () => void;
}

interface UseLiveOptions {
  readonly sourceId: string;
  readonly filter: DebuggerFilter;
  readonly paused: boolean;
  /** Whether rows must stay where they are right now. */
  readonly held: boolean;
}

/** A source's live list for as long as the component is shown. */
export function useLiveList({ sourceId, filter, paused, held }: UseLiveOptions): Live {
  const [list, dispatch] = useReducer(moveList, EMPTY_LIST);
  const [state, setState] = useState<LiveState>({ status: "connecting" });
  const connection = useRef<LiveConnection>(undefined);
  const isHeld = useRef(held);
  const wanted = useRef({ filter, paused });

  useEffect(() => {
    const live = new LiveConnection({
      sourceId,
      filter: wanted.current.filter,
      onFrame: (frame) => dispatch({ kind: "frame", frame, held: isHeld.current }),
      onState: setState,
      // A browser does not tell why an upgrade was refused; asking for the session does.
      onFailure: () => void queryClient.prefetchQuery({ ...sessionQuery, staleTime: 0 }),
    });
    live.setPaused(wanted.current.paused);
    connection.current = live;
    return () => live.close();
  }, [sourceId]);

  useEffect(() => {
    wanted.current = { filter, paused };
    connection.current?.setFilter(filter);
    connection.current?.setPaused(paused);
  }, [filter, paused]);

  useEffect(() => {
    isHeld.current = held;
    if (!held) dispatch({ kind: "release" });
  }, [held]);

  return {
    list,
    state,
    release: useCallback(() => dispatch({ kind: "release" }), []),
    retryNow: useCallback(() => connection.current?.retryNow(), []),
  };
}
