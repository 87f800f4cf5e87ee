import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type AnswerLine, readAnswerLine } from "../logic/archive-hits.ts";
import { type Page, pageParams, windowParams } from "../logic/archive-question.ts";
import { LineSplitter } from "../logic/line-splitter.ts";
import type { Window } from "../logic/replay-range.ts";
import type { ArchiveDay, ArchiveFacts, ArchiveObject } from "./archive-types.ts";
import { api, apiStream, unreached } from "./client.ts";

/** How often the figures on screen are asked again: while older segments are taken in, and else. */
const ADOPTING_MS = 2000;
const REST_MS = 15_000;
/** Days, and objects of a day, that are loaded at a time. */
const DAYS = 60;
const OBJECTS = 50;

const archivePath = (sourceId: string): string => `/sources/${encodeURIComponent(sourceId)}/archive`;
const archiveKey = (sourceId: string): readonly string[] => ["source", sourceId, "archive"];

interface Pagination {
  readonly next?: string;
}

export const archiveQuery = (sourceId: string) =>
  queryOptions({
    queryKey: [...archiveKey(sourceId), "facts"],
    queryFn: () => api<{ archive: ArchiveFacts }>("GET", archivePath(sourceId)).then((data) => data.archive),
    refetchInterval: ({ state }) => (state.data?.adopting === true ? ADOPTING_MS : REST_MS),
  });

/** Days that hold events, the newest first. */
export const daysQuery = (sourceId: string) =>
  infiniteQueryOptions({
    queryKey: [...archiveKey(sourceId), "days"],
    queryFn: async ({ pageParam }) => {
      const { days, pagination } = await api<{ days: ArchiveDay[]; pagination: Pagination }>(
        "GET",
        `${archivePath(sourceId)}/days?${paging(DAYS, pageParam)}`,
      );
      return { items: days, next: pagination.next };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

/** One day with all its names, and the objects that hold it. */
export const dayQuery = (sourceId: string, day: string) =>
  infiniteQueryOptions({
    queryKey: [...archiveKey(sourceId), "day", day],
    queryFn: async ({ pageParam }) => {
      const answer = await api<{ day: ArchiveDay; objects: ArchiveObject[]; pagination: Pagination }>(
        "GET",
        `${archivePath(sourceId)}/days/${encodeURIComponent(day)}?${paging(OBJECTS, pageParam)}`,
      );
      return { day: answer.day, objects: answer.objects, next: answer.pagination.next };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

const paging = (most: number, cursor: string): URLSearchParams =>
  new URLSearchParams({
    "pagination[count]": String(most),
    ...(cursor === "" ? {} : { "pagination[cursor]": cursor }),
  });

/** Addresses for links: the browser itself downloads, with the session's cookie. */
export const fileHref = (sourceId: string, key: string): string =>
  `/api${archivePath(sourceId)}/file?${new URLSearchParams({ key })}`;
export const rangeHref = (sourceId: string, window: Window): string =>
  `/api${archivePath(sourceId)}/download?${new URLSearchParams(windowParams(window))}`;

/**
 * Asks for a page of a search and hands over its lines as they come. Rejects with an ApiError when it is refused or
 * breaks off, and with what `signal` was aborted with.
 */
export async function readPage(
  sourceId: string,
  page: Page,
  signal: AbortSignal,
  onLines: (lines: readonly AnswerLine[]) => void,
): Promise<void> {
  const body = await apiStream(`${archivePath(sourceId)}/search?${pageParams(page)}`, signal);
  const reader = body.pipeThrough(new TextDecoderStream() as TextPipe).getReader();
  const splitter = new LineSplitter();
  const take = (lines: readonly string[]): void => {
    const read = lines.map(readAnswerLine).filter((line) => line !== undefined);
    if (read.length > 0 && !signal.aborted) onLines(read);
  };
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) take(splitter.push(piece.value));
  } catch (error) {
    throw signal.aborted ? error : unreached(error);
  }
  take(splitter.end());
}

/** Its own declaration takes more kinds of bytes than a response has. */
type TextPipe = ReadableWritablePair<string, Uint8Array>;
