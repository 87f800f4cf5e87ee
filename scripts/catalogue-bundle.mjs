// Bundles Segment's open catalogue into dist/catalogue: one lazily loaded module for actions-core, for each group of
// packages and for each destination. A destination's own modules are a function, so that every configured destination
// can have them afresh: what one of them caches (tokens, clients, look-ups) can never reach another.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { build as esbuild } from "esbuild";
import { ROOT } from "./serve.mjs";

const require = createRequire(import.meta.url);
const PACKAGE = path.join(ROOT, "node_modules/@segment/action-destinations/dist/destinations");
const OUT = path.join(ROOT, "dist/catalogue");
/** Every destination that was bundled: `{ id, folder, env }`, where `env` names the variables that its code reads. */
export const LISTING = path.join(OUT, "definitions.json");

/** Given at run time by src/destinations/engine/modules.ts. */
const PROVIDED = ["ajv", "ajv-formats", "cross-fetch", "@smithy/node-http-handler"];
/** Need raw sockets; src/destinations/engine/modules.ts says so when one is asked for. */
const ABSENT = new Set(["kafkajs", "ssh2-sftp-client"]);
const CORE = ["@segment/actions-core", "ajv-formats/dist/formats"];

const groupOf = (specifier) => {
  if (specifier.startsWith("@aws-sdk/") || specifier === "aws4") return "aws";
  const [scope, name] = specifier.split("/");
  return scope.startsWith("@") ? `${scope.slice(1)}-${name}` : scope;
};

/** [metadataId, folder] of every destination, in the package's order, read from its own list. */
function listDefinitions() {
  const list = readFileSync(path.join(PACKAGE, "index.js"), "utf8");
  return [...list.matchAll(/^register\('([0-9a-f]{24})', '\.\/([^']+)'\);$/gm)].map(([, id, folder]) => ({
    id,
    folder,
  }));
}

const OPTIONS = {
  bundle: true,
  write: false,
  format: "cjs",
  platform: "node",
  mainFields: ["main"],
  target: "es2022",
  // Names stay: the names of error classes reach people as reasons.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  charset: "utf8",
  logLevel: "error",
  metafile: true,
};

/** Packages that the output still asks for by `require`, without Node's own. */
const needsOf = ({ metafile }) => {
  const [output] = Object.values(metafile.outputs);
  const asked = output.imports.filter((one) => one.external).map((one) => one.path);
  return [...new Set(asked)].filter((specifier) => !isBuiltin(specifier) && !PROVIDED.includes(specifier)).toSorted();
};

/** One module: what it needs, and its code as a function that is run once per wanted instance. */
function moduleText(code, needs) {
  return [
    `export const needs = ${JSON.stringify(needs)};`,
    `export function run(module, exports, require, process, fetch) {\n${code}}\n`,
  ].join("\n");
}

async function bundleDefinition({ folder }) {
  const built = await esbuild({
    ...OPTIONS,
    entryPoints: [require.resolve(path.join(PACKAGE, folder))],
    packages: "external",
  });
  const [{ text }] = built.outputFiles;
  const env = [...text.matchAll(/process\.env(?:\.([A-Z_0-9]+)|\[["']([A-Z_0-9]+)["']\])/g)].map(
    ([, dot, key]) => dot ?? key,
  );
  return { folder, text, needs: needsOf(built), env: [...new Set(env)].toSorted() };
}

/** The packages of one group, each evaluated when it is first asked for. */
async function bundleGroup(specifiers, others) {
  const entries = specifiers.map((one) => `${JSON.stringify(one)}: () => require(${JSON.stringify(one)})`);
  const built = await esbuild({
    ...OPTIONS,
    stdin: {
      contents: `module.exports = {${entries.join(",")}};`,
      resolveDir: path.join(ROOT, "node_modules/@segment/action-destinations"),
    },
    // esbuild takes a name for all paths below it as well.
    external: [...PROVIDED, ...others].filter((name) => !specifiers.some((one) => one.startsWith(`${name}/`))),
  });
  return { text: built.outputFiles[0].text, needs: needsOf(built) };
}

function write(name, text) {
  writeFileSync(path.join(OUT, `${name}.js`), text);
}

/** Makes dist/catalogue anew. */
export async function bundleCatalogue() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(path.join(OUT, "definitions"), { recursive: true });
  mkdirSync(path.join(OUT, "packages"), { recursive: true });
  const definitions = listDefinitions();
  const built = await Promise.all(definitions.map(bundleDefinition));
  const wanted = [...new Set([...CORE, ...built.flatMap(({ needs }) => needs)])].filter((one) => !ABSENT.has(one));
  const groups = Map.groupBy(wanted, groupOf);
  for (const [group, specifiers] of groups) {
    const others = wanted.filter((one) => !specifiers.includes(one));
    const { text, needs } = await bundleGroup(specifiers, others);
    // google-libphonenumber looks whether it may generate code; asked this way, bundlers do not warn of it.
    write(`packages/${group}`, moduleText(text.replaceAll(/\beval\(/g, "(0,eval)("), needs));
  }
  for (const { folder, text, needs } of built) write(`definitions/${folder}`, moduleText(text, needs));
  writeIndex(definitions, groups);
  const listing = definitions.map(({ id, folder }, at) => ({ id, folder, env: built[at].env }));
  writeFileSync(LISTING, JSON.stringify(listing));
}

function writeIndex(definitions, groups) {
  const byId = definitions.map(({ id, folder }) => `  "${id}": () => import("./definitions/${folder}.js"),`);
  const packages = [...groups].flatMap(([group, specifiers]) =>
    specifiers.map((specifier) => `  "${specifier}": () => import("./packages/${group}.js"),`),
  );
  write(
    "index",
    `export const definitions = {\n${byId.join("\n")}\n};\nexport const packages = {\n${packages.join("\n")}\n};\n`,
  );
}
