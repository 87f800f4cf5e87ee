/**
 * The names of a dotted path. A backslash takes the next character literally, as in FQL: `products\.v2.price` has two
 * names. The empty text is the empty path: the event itself.
 */
export function parsePath(text: string): string[] {
  if (text === "") return [];
  const names = [""];
  for (const [part] of text.matchAll(/\\[^]|[^\\.]+|[^]/gu)) {
    if (part === ".") names.push("");
    else names[names.length - 1] += part.length > 1 && part.startsWith("\\") ? part.slice(1) : part;
  }
  return names;
}

/**
 * The value at a path; null when there is none. Only what the JSON itself holds is found: no inherited names, and of
 * a list its items by index, not its length.
 */
export function readPath(root: unknown, path: readonly string[]): unknown {
  let node = root;
  for (const name of path) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, name)) return null;
    if (Array.isArray(node) && name === "length") return null;
    node = (node as Readonly<Record<string, unknown>>)[name];
  }
  return node ?? null;
}
