import { Button } from "@cloudflare/kumo/components/button";
import { memo, type ReactNode, useState } from "react";
import { revealHidden } from "../logic/literal.ts";
import { tokenize, type TokenKind } from "../logic/tokens.ts";
import { CopyButton } from "./copy-button.tsx";

const COLOURS: Record<TokenKind, string> = {
  plain: "",
  key: "text-kumo-link",
  string: "text-kumo-success",
  number: "text-kumo-warning",
  comment: "text-kumo-subtle",
  call: "text-kumo-strong font-semibold",
};
/** Characters shown before "show all", unless the place asks for fewer. */
const PREVIEW = 6000;

interface CodeViewProps {
  readonly code: string;
  /** What the code is, for readers and for the copy button. */
  readonly label: string;
  readonly title?: string;
  /** Running text such as an address: wrapped, without colours. */
  readonly wrap?: boolean;
  readonly preview?: number;
  /** As high as it needs; otherwise it scrolls within itself. */
  readonly tall?: boolean;
}

/**
 * Code or JSON as coloured text. Hostile content is safe here: it only ever becomes text nodes, and characters that
 * would rearrange the line are shown as escapes. What is copied is exact.
 */
export function CodeView(props: CodeViewProps): ReactNode {
  const { code, label, title, wrap = false, preview = PREVIEW, tall = false } = props;
  const [all, setAll] = useState(false);
  const long = code.length > preview && !all;
  const shown = revealHidden(long ? code.slice(0, preview) : code);
  return (
    <div className="ring-kumo-hairline bg-kumo-elevated min-w-0 overflow-hidden rounded-lg ring">
      <div className="border-kumo-hairline flex items-center justify-between gap-2 border-b py-1 pr-1 pl-3">
        <span className="text-kumo-subtle text-sm">{title ?? label}</span>
        <CopyButton text={code} label={`Copy ${label}`} compact />
      </div>
      <pre
        aria-label={label}
        className={`overflow-auto p-3 font-mono text-sm leading-6 ${tall ? "" : "max-h-80"} ${wrap ? "break-words whitespace-pre-wrap" : ""}`}
      >
        {wrap ? shown : <Coloured code={shown} />}
      </pre>
      {long && (
        <div className="border-kumo-hairline border-t p-2">
          <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
            Show all {Math.ceil(code.length / 1000)} kB
          </Button>
        </div>
      )}
    </div>
  );
}

const Coloured = memo(function Coloured({ code }: { code: string }): ReactNode {
  return tokenize(code).map((token) => (
    <span key={token.at} className={COLOURS[token.kind]}>
      {token.text}
    </span>
  ));
});
