import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { exportsQuery } from "../../api/export-queries.ts";
import type { Warehouse } from "../../api/warehouse-types.ts";
import { type LoadingWords, loadingWords, worstLoading } from "../../logic/warehouses.ts";
import { Bar } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";

const TONES: Readonly<Record<LoadingWords["tone"], string>> = {
  good: "text-kumo-success",
  busy: "text-kumo-default",
  bad: "text-kumo-danger",
  off: "text-kumo-warning",
};
/** Sources asked about in a list; the warehouse's own page asks about all. */
const MOST = 20;

export const Loading = ({ words }: { words: LoadingWords }): ReactNode => (
  <span className={`text-sm ${TONES[words.tone]}`}>{words.text}</span>
);

/** A warehouse in a word: the worst of its sources. */
export function LoadingOf({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const { id, enabled, sourceIds } = warehouse;
  const states = useQueries({ queries: sourceIds.slice(0, MOST).map((sourceId) => exportsQuery(sourceId)) });
  if (sourceIds.length === 0) return <TextLink href={`/warehouses/${id}`}>Connect a source</TextLink>;
  const known = states.flatMap(({ data }) => (data === undefined ? [] : [loadingWords(enabled, data, id)]));
  const worst = worstLoading(known);
  if (worst !== undefined) return <Loading words={worst} />;
  return states.some(({ isError }) => isError) ? "?" : <Bar className="inline-block w-24" />;
}
