// `node scripts/catalogue.mjs code|kinds`: a step of scripts/build.mjs, in a process of its own because it takes
// everything that the catalogue holds into memory.
import { bundleCatalogue } from "./catalogue-bundle.mjs";
import { writeKinds } from "./catalogue-kinds.mjs";

const [, , step] = process.argv;
if (step === "code") await bundleCatalogue();
else if (step === "kinds") writeKinds();
else throw new Error("node scripts/catalogue.mjs code|kinds");
