export interface HelpPart {
  /** Where it begins in the text. */
  readonly at: number;
  readonly text: string;
  readonly href?: string;
}

const LINK = /\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

/** Splits a description into text and the links that Segment's catalogue writes as `[words](address)`. */
export function helpParts(text: string): readonly HelpPart[] {
  const parts: HelpPart[] = [];
  let from = 0;
  for (const { 0: whole, 1: words = "", 2: href = "", index } of text.matchAll(LINK)) {
    if (index > from) parts.push({ at: from, text: plain(text.slice(from, index)) });
    parts.push({ at: index, text: words, href });
    from = index + whole.length;
  }
  if (from < text.length) parts.push({ at: from, text: plain(text.slice(from)) });
  return parts;
}

/** Without the marks around words in bold or code: they would be read as they stand. */
const plain = (text: string): string => text.replaceAll(/\*\*([^*]+)\*\*|`([^`]+)`/g, "$1$2");
