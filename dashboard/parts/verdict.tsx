import { CheckCircleIcon, WarningCircleIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";

/** What became of something that was asked for: a mark, and a sentence that says it as well. */
export const Verdict = ({ good, children }: { good: boolean; children: ReactNode }): ReactNode => (
  <span className="flex items-start gap-2">
    {good ? (
      <CheckCircleIcon aria-hidden weight="fill" size={18} className="text-kumo-success shrink-0" />
    ) : (
      <WarningCircleIcon aria-hidden weight="fill" size={18} className="text-kumo-danger shrink-0" />
    )}
    <span className="min-w-0 break-words">{children}</span>
  </span>
);
