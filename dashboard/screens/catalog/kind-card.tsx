import { Badge } from "@cloudflare/kumo/components/badge";
import { Link } from "@tanstack/react-router";
import { memo, type ReactNode } from "react";
import type { KindSummary } from "../../api/types.ts";
import { isOwnKind, shortName } from "../../logic/catalogue.ts";
import { plural } from "../../logic/times.ts";
import { KindMark } from "../../parts/kind-mark.tsx";

const SCHEMES: Record<KindSummary["authScheme"], string> = {
  custom: "API key",
  basic: "User and password",
  oauth2: "OAuth tokens",
  "oauth-managed": "OAuth tokens",
  none: "No credentials",
};

/**
 * One kind of destination. Cards out of sight cost nothing to lay out, so all of them are in the page: the browser's
 * own search finds them too.
 */
export const KindCard = memo(function KindCard({ kind, source }: { kind: KindSummary; source: string | undefined }) {
  return (
    <li className="p-px [contain-intrinsic-size:auto_8rem] [content-visibility:auto]">
      <Link
        to="/catalog/$kindId"
        params={{ kindId: kind.id }}
        search={source === undefined ? {} : { source }}
        preload={false}
        className="ring-kumo-hairline bg-kumo-base hover:ring-kumo-line focus-visible:ring-kumo-line flex h-full min-h-31 flex-col rounded-lg p-4 ring"
      >
        <span className="flex items-start gap-3">
          <KindMark name={kind.name} dim={!kind.available} />
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="font-medium break-words">{shortName(kind.name)}</span>
              {isOwnKind(kind) && <Badge variant="info">built in</Badge>}
            </span>
            <span className="text-kumo-subtle mt-0.5 line-clamp-2 text-sm">
              {kind.description === "" ? kind.categories.join(" · ") : kind.description}
            </span>
          </span>
        </span>
        <Foot kind={kind} />
      </Link>
    </li>
  );
});

const Foot = ({ kind }: { kind: KindSummary }): ReactNode =>
  kind.available ? (
    <span className="text-kumo-subtle mt-auto pt-3 text-sm">
      {plural(kind.actions, "action")}
      {!isOwnKind(kind) && ` · ${SCHEMES[kind.authScheme]}`}
    </span>
  ) : (
    <span className="mt-auto flex items-start gap-2 pt-3 text-sm">
      <Badge variant="warning">not available</Badge>
      <span className="text-kumo-subtle line-clamp-2 min-w-0">{kind.unavailableReason}</span>
    </span>
  );
