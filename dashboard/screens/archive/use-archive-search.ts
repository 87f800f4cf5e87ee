import { useCallback, useEffect, useRef, useState } from "react";
import { readPage } from "../../api/archive-queries.ts";
import { ApiError } from "../../api/client.ts";
import { queryClient, sessionQuery } from "../../api/queries.ts";
import type { Question } from "../../logic/archive-question.ts";
import { closeRun, continueRun, newRun, type Run, stopRun, takeLines } from "../../logic/archive-run.ts";
import { type Window, windowOf } from "../../logic/replay-range.ts";

interface ArchiveSearch {
  /** Undefined until it began. */
  readonly run: Run | undefined;
  /** Why the time asked for is none: then nothing is searched. */
  readonly windowProblem: string | undefined;
  readonly stop: () => void;
  /** Asks for the next page, or for the rest of one that ended early. */
  readonly goOn: () => void;
}

/**
 * Searches for `question`: at first, and whenever it is another object. "The last hour" ends when the search begins.
 * What runs ends with the screen.
 */
export function useArchiveSearch(sourceId: string, question: Question): ArchiveSearch {
  const [run, setRun] = useState<Run>();
  const reading = useRef<AbortController>(undefined);
  const begin = useCallback(
    (first: Run): void => {
      reading.current?.abort();
      const controller = new AbortController();
      reading.current = controller;
      void answer(sourceId, first, controller.signal, setRun);
    },
    [sourceId],
  );
  useEffect(() => {
    const window = windowAt(question, Date.now());
    if (typeof window !== "string") begin(newRun({ question, window }));
    return () => reading.current?.abort();
  }, [question, begin]);
  const problem = windowAt(question, Number.POSITIVE_INFINITY);
  const windowProblem = typeof problem === "string" ? problem : undefined;
  const known = windowProblem === undefined ? run : undefined;
  return {
    run: known,
    windowProblem,
    stop() {
      reading.current?.abort();
      if (known !== undefined) setRun(stopRun(known));
    },
    goOn() {
      if (known !== undefined) begin(continueRun(known));
    },
  };
}

/** Own times may lie ahead: then there is nothing to find, which is an answer. */
const windowAt = (question: Question, now: number): Window | string =>
  windowOf(question, question.range === "own" ? Number.POSITIVE_INFINITY : now, undefined);

/** Reads one page into the run and shows each state it comes to, until it is over or aborted. */
async function answer(sourceId: string, first: Run, signal: AbortSignal, show: (run: Run) => void): Promise<void> {
  let run = first;
  const become = (next: Run): void => {
    run = next;
    if (!signal.aborted) show(run);
  };
  become(first);
  try {
    await readPage(sourceId, first.page, signal, (lines) => become(takeLines(run, lines)));
    become(closeRun(run));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    // The session's own question tells the console that it is over.
    if (error.status === 401) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    become(closeRun(run, error));
  }
}
