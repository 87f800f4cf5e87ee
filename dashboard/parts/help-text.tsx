import type { ReactNode } from "react";
import { helpParts } from "../logic/help-text.ts";

/** A description of the catalogue: plain text, in which only links are marked up. */
export const HelpText = ({ text }: { text: string }): ReactNode =>
  helpParts(text).map((part) =>
    part.href === undefined ? (
      <span key={part.at}>{part.text}</span>
    ) : (
      <a key={part.at} href={part.href} target="_blank" rel="noreferrer" className="text-kumo-link underline">
        {part.text}
      </a>
    ),
  );
