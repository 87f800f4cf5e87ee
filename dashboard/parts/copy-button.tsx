import { Button } from "@cloudflare/kumo/components/button";
import { CheckIcon, CopyIcon } from "@phosphor-icons/react";
import { type ReactNode, useEffect, useState } from "react";

type State = "idle" | "copied" | "failed";

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for readers: "Copy snippet". */
  readonly label: string;
  /** Only the icon is drawn; `label` stays for readers. */
  readonly compact?: boolean;
}

/** Copies `text` and says whether it did. */
export function CopyButton({ text, label, compact = false }: CopyButtonProps): ReactNode {
  const [state, setState] = useState<State>("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    // Without a secure context there is no clipboard; without permission the promise rejects.
    if (navigator.clipboard === undefined) setState("failed");
    else
      navigator.clipboard.writeText(text).then(
        () => setState("copied"),
        () => setState("failed"),
      );
  };
  const says = state === "copied" ? "Copied" : state === "failed" ? "Copy by hand" : label;
  const icon = state === "copied" ? <CheckIcon aria-hidden /> : <CopyIcon aria-hidden />;
  if (compact) {
    return (
      <Button size="sm" variant="ghost" shape="square" icon={icon} aria-label={says} title={says} onClick={copy} />
    );
  }
  return (
    <Button size="sm" icon={icon} onClick={copy}>
      <span aria-live="polite">{says}</span>
    </Button>
  );
}
