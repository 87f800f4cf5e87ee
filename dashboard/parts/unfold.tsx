import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";

interface UnfoldProps {
  readonly open: boolean;
  readonly onToggle: () => void;
  /** The id of what it opens, while that is there. */
  readonly controls?: string | undefined;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A line with a caret that opens and closes what stands below it. */
export const Unfold = ({ open, onToggle, controls, className = "", children }: UnfoldProps): ReactNode => (
  <button
    type="button"
    aria-expanded={open}
    aria-controls={controls}
    className={`flex cursor-pointer items-center gap-1.5 rounded text-left ${className}`}
    onClick={onToggle}
  >
    {open ? <CaretDownIcon aria-hidden size={14} /> : <CaretRightIcon aria-hidden size={14} />}
    {children}
  </button>
);
