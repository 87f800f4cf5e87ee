import { Button } from "@cloudflare/kumo/components/button";
import { XIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";

interface SidePanelProps {
  readonly label: string;
  /** Text of an event, clipped. */
  readonly title: string;
  /** Beside and below the title: badges, times, links. */
  readonly about: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** One thing of a list, close up: beside the list where there is room, over it on a phone. */
export const SidePanel = ({ label, title, about, onClose, children }: SidePanelProps): ReactNode => (
  <aside
    aria-label={label}
    className="border-kumo-hairline bg-kumo-base fixed inset-0 z-30 flex min-h-0 flex-col md:static md:z-auto md:w-[min(32rem,48%)] md:border-l"
  >
    <div className="flex items-start gap-2 px-4 pt-3 pb-2">
      <div className="min-w-0 flex-1">
        <p className="line-clamp-2 font-semibold break-words">
          <bdi>{title}</bdi>
        </p>
        {about !== false && <p className="text-kumo-subtle mt-1 flex flex-wrap items-center gap-2 text-sm">{about}</p>}
      </div>
      <Button
        shape="square"
        variant="ghost"
        size="sm"
        icon={<XIcon aria-hidden />}
        aria-label="Close"
        onClick={onClose}
      />
    </div>
    {children}
  </aside>
);
