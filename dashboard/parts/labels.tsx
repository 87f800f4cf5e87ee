import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { EventType } from "../../src/core/event.ts";
import type { SampleStatus } from "../../src/core/sample.ts";
import type { Label, SourceKind } from "../api/types.ts";

const STATUS_COLOURS: Record<SampleStatus, "success" | "neutral" | "error" | "warning"> = {
  accepted: "success",
  duplicate: "neutral",
  refused: "error",
  blocked: "warning",
};

/** How an event fared: a word, and a colour for those who see it. */
export const StatusWord = ({ status }: { status: SampleStatus }): ReactNode => (
  <Badge appearance="dot" variant={STATUS_COLOURS[status] ?? "neutral"}>
    {status}
  </Badge>
);

/** Which call it was; grey, because its status is what the eye should find. */
export const TypeBadge = ({ type }: { type: EventType | undefined }): ReactNode =>
  type === undefined ? <Badge variant="outline">request</Badge> : <Badge variant="secondary">{type}</Badge>;

/** The environment a source belongs to, from its label; nothing when it carries none. */
export function EnvironmentBadge({ labels }: { labels: readonly Label[] }): ReactNode {
  const environment = labels.find((label) => label.key === "environment")?.value;
  if (environment === undefined) return null;
  return <Badge variant={environment.startsWith("prod") ? "info" : "secondary"}>{environment}</Badge>;
}

export const KINDS: Record<SourceKind, string> = {
  javascript: "Website",
  server: "Server",
  mobile: "Mobile app",
  email: "E-mail",
  demo: "Demo shop",
};

/** `KINDS` for a choice; the demo shop's is only Inlet's to give. */
export const KIND_CHOICES = (["javascript", "server", "mobile", "email"] as const).map(
  (kind): readonly [SourceKind, string] => [kind, KINDS[kind]],
);
