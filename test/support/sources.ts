import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** The imported file, relative to the root with forward slashes; the package's name for a bare specifier. */
  readonly target: string;
  readonly bare: boolean;
}

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and without the contents of strings, for looking at what the code itself names. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Every TypeScript file below the given folders. */
export function readSources(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .map((name) => path.posix.join(folder, name.replaceAll(path.sep, "/")))
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
      .map(readSource),
  );
}

function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return { path: file, text, code: withoutCommentsAndStrings(text), imports: importsOf(file, text) };
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s+from\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, clause = "", from, dynamic]) => {
    const specifier = from ?? dynamic ?? "";
    const bare = !specifier.startsWith(".");
    const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1];
    const allTypes = names !== undefined && names.split(",").every((name) => /^\s*(type\s|$)/.test(name));
    return {
      specifier,
      typeOnly: type !== undefined || allTypes,
      target: bare ? packageName(specifier) : path.posix.join(path.posix.dirname(file), specifier),
      bare,
    };
  });
}

const packageName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

function withoutCommentsAndStrings(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/(^|\s)\/\/[^\n]*/g, " ")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
}
