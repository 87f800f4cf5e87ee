import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { queryClient } from "../../api/queries.ts";
import type { Source, SourceSettings } from "../../api/types.ts";

/** A deep partial of the settings: what a section of the screen changes. */
export type SettingsChange = {
  readonly [K in keyof SourceSettings]?: SourceSettings[K] extends readonly unknown[]
    ? SourceSettings[K]
    : SourceSettings[K] extends object
      ? Partial<SourceSettings[K]>
      : SourceSettings[K];
};

const path = (source: Source): string => `/sources/${encodeURIComponent(source.id)}`;

/** Reads everything about the source again: lists and set-up text depend on it as well. */
export async function refreshSource(source: Source): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["source", source.id] }),
    queryClient.invalidateQueries({ queryKey: ["sources"] }),
  ]);
}

/** Saves a form's values: they are the settings themselves, unless `toChange` makes them so. */
export const useSaveSettings = <T extends object = SettingsChange>(
  source: Source,
  toChange: (edited: T) => SettingsChange = (edited) => edited,
) =>
  useMutation({
    mutationFn: (edited: T) => api("PATCH", `${path(source)}/settings`, toChange(edited)),
    onSuccess: () => refreshSource(source),
  });

/** How long the source's events are kept; null: as long as the workspace says. */
export const useSaveRetention = (source: Source) =>
  useMutation({
    mutationFn: (retentionDays: SourceSettings["archive"]["retentionDays"]) =>
      api("PATCH", `${path(source)}/settings`, { archive: { retentionDays } } satisfies SettingsChange),
    onSuccess: () => refreshSource(source),
  });

/** The source's own fields and its labels, which have two routes. */
export const useSaveGeneral = (source: Source) =>
  useMutation({
    mutationFn: async ({ labels, ...fields }: Pick<Source, "name" | "enabled" | "kind" | "labels">) => {
      await api("PATCH", path(source), fields);
      if (JSON.stringify(labels) !== JSON.stringify(source.labels))
        await api("PUT", `${path(source)}/labels`, { labels });
    },
    onSuccess: () => refreshSource(source),
  });
