/**
 * Re-indents JSON text without reading its values, so that long numbers, repeated keys and escapes stay as they
 * were sent (`JSON.stringify(JSON.parse(x))` would change all three). Linear; expects text that JSON.parse accepts.
 */
export function indentJson(text: string): string {
  let out = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') {
      const end = endOfString(text, i);
      out += text.slice(i, end);
      i = end - 1;
    } else if (char === "{" || char === "[") {
      const next = skipBlank(text, i + 1);
      if (text[next] === "}" || text[next] === "]") {
        out += char + text.charAt(next);
        i = next;
      } else out += char + newLine(++depth);
    } else if (char === "}" || char === "]") out += newLine(--depth) + char;
    else if (char === ",") out += `,${newLine(depth)}`;
    else if (char === ":") out += ": ";
    else if (!isBlank(char)) out += char;
  }
  return out;
}

/** `text` indented when it is JSON, else exactly as it came. */
export function readableJson(text: string): { readonly text: string; readonly isJson: boolean } {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return { text, isJson: false };
    throw error;
  }
  return { text: indentJson(text), isJson: true };
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

function skipBlank(text: string, start: number): number {
  let i = start;
  while (isBlank(text.charAt(i))) i++;
  return i;
}

const isBlank = (char: string): boolean => char === " " || char === "\n" || char === "\t" || char === "\r";
/** Indentation stops growing at 40 levels: a bracket bomb would otherwise square its own size. */
const newLine = (depth: number): string => `\n${"  ".repeat(Math.min(Math.max(depth, 0), 40))}`;
