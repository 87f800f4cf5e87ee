import * as z from "zod";
import type { SourceKind } from "../core/catalog.ts";
import { Logos, NO_LOGOS, Option } from "./catalogue-view.ts";

/** A kind of source as the Public API shows it (delivery.md §5.8). */
export const SourceMetadata = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  logos: Logos,
  options: z.array(Option),
  categories: z.array(z.string()),
  isCloudEventSource: z.boolean(),
});

const KINDS: Record<SourceKind, { readonly name: string; readonly description: string; readonly category: string }> = {
  javascript: { name: "Javascript", description: "A website, with analytics.js.", category: "Website" },
  server: { name: "Server", description: "A server, with a library or plain HTTP.", category: "Server" },
  mobile: { name: "Mobile", description: "An app, with a mobile library.", category: "Mobile" },
  email: { name: "Email", description: "Mails, with pixels and signed links.", category: "Email" },
  demo: { name: "Demo", description: "The demo shop of this collector.", category: "Website" },
};

export const showSourceKind = (kind: SourceKind): z.infer<typeof SourceMetadata> => ({
  id: kind,
  name: KINDS[kind].name,
  slug: kind,
  description: KINDS[kind].description,
  logos: NO_LOGOS,
  options: [],
  categories: [KINDS[kind].category],
  isCloudEventSource: false,
});
