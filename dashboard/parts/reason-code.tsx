import type { ReactNode } from "react";
import { saysCode } from "../logic/reason-words.ts";

interface ReasonCodeProps {
  readonly reason: string;
  /** What stands before it. */
  readonly sentence: string | undefined;
}

/** The code of a reason after its sentence, unless that begins with it. */
export const ReasonCode = ({ reason, sentence }: ReasonCodeProps): ReactNode =>
  saysCode(sentence, reason) ? null : <code className="text-kumo-subtle font-mono text-xs">{reason}</code>;
