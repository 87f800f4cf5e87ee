import * as z from "zod";
import { Label, Slug, SourceKind, type SourceView } from "../core/catalog.ts";
import { SourceSettings } from "../core/source.ts";
import { iso, IsoTime } from "./app.ts";
import { showSourceKind, SourceMetadata } from "./source-kinds.ts";

/** A source as the Public API shows it (delivery.md §5.8), and what Segment lacks: kind, overlap of keys, times. */
export const Source = z.object({
  id: z.string(),
  slug: Slug,
  name: z.string(),
  enabled: z.boolean(),
  kind: SourceKind,
  workspaceId: z.string(),
  writeKeys: z.array(z.string()),
  writeKeyDetails: z.array(z.object({ key: z.string(), createdAt: IsoTime, expiresAt: IsoTime.optional() })),
  labels: z.array(Label),
  settings: SourceSettings,
  metadata: SourceMetadata,
  createdAt: IsoTime,
  updatedAt: IsoTime,
});
export type Source = z.infer<typeof Source>;

export function showSource(view: SourceView, workspaceId: string): Source {
  const { id, slug, name, enabled, kind, labels, settings } = view;
  return {
    id,
    slug,
    name,
    enabled,
    kind,
    workspaceId,
    writeKeys: view.writeKeys.map(({ key }) => key),
    writeKeyDetails: view.writeKeys.map(({ key, createdAt, expiresAt }) => ({
      key,
      createdAt: iso(createdAt),
      ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    })),
    labels,
    settings,
    metadata: showSourceKind(kind),
    createdAt: iso(view.createdAt),
    updatedAt: iso(view.updatedAt),
  };
}
