import type { Plugin } from "vite";

/** What is asked for beside "regular", by the console and by Kumo; the build fails on a weight that is not here. */
const MORE_WEIGHTS: Readonly<Record<string, string>> = {
  CaretRight: "bold",
  Check: "bold",
  CheckCircle: "fill",
  MagnifyingGlass: "bold",
  Minus: "bold",
  WarningCircle: "fill",
};

const ICON = /@phosphor-icons\/react\/dist\/defs\/(\w+)\.es\.js$/;
/** One entry of an icon's map of drawings, as Phosphor's own build writes it. */
const DRAWING = /^ {2}\[\n {4}"(\w+)",\n[\s\S]*?^ {2}\],?\n/gm;
const ASKS = /\.tsx$|@cloudflare\/kumo\/dist\/chunks\//;
/** An icon with a weight, as JSX writes it and as Kumo's build does. */
const ASKED = /(?:<|jsx\()(\w+)Icon\b[^>}]*?\bweight(?:=|: )"?(\w+)?/g;

/** Every Phosphor icon brings its six weights; only those in use are kept, so that a first load carries no others. */
export const iconWeights: Plugin = {
  name: "icon-weights",
  enforce: "pre",
  transform(code, id) {
    const icon = ICON.exec(id)?.[1];
    if (icon !== undefined) return { code: keep(code, icon), map: null };
    if (!ASKS.test(id)) return null;
    for (const [, name = "", weight = "regular"] of code.matchAll(ASKED))
      if (!isKept(name, weight))
        this.error(`${id} asks for ${name} in "${weight}", which dashboard/icon-weights.ts drops`);
    return null;
  },
};

function keep(code: string, icon: string): string {
  let found = 0;
  const kept = code.replace(DRAWING, (drawing, weight: string) => {
    found++;
    return isKept(icon, weight) ? drawing : "";
  });
  if (found !== 6) throw new Error(`The icon ${icon} has ${found} drawings where six were expected`);
  return kept;
}

const isKept = (icon: string, weight: string): boolean => weight === "regular" || MORE_WEIGHTS[icon] === weight;
