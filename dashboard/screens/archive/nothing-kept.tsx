import { Empty } from "@cloudflare/kumo/components/empty";
import { ArchiveIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import { TextLink } from "../../parts/text-link.tsx";

interface NothingKeptProps {
  readonly sourceId: string;
  /** What an earlier version may have stored is still being looked for. */
  readonly adopting: boolean;
}

/** The archive of a source that has not got anything, or whose time is over. */
export const NothingKept = ({ sourceId, adopting }: NothingKeptProps): ReactNode => (
  <Empty
    icon={<ArchiveIcon size={40} className="text-kumo-inactive" />}
    title="Nothing is archived yet"
    description={`Every accepted event moves here within seconds: to be searched, downloaded, exported as tables, and sent again.${
      adopting ? " Whether an earlier version has stored any is being looked up." : ""
    }`}
    contents={<TextLink href={`/sources/${sourceId}/setup`}>Connect something or send a test event</TextLink>}
  />
);
