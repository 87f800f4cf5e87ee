// Published warehouse tables on this machine: brings the files here through the API, opens them in DuckDB.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { parseBase } from "../src/core/statements/base.ts";
import { planStatements } from "../src/core/statements/plan.ts";
import { sqlName, sqlText } from "../src/core/statements/quote.ts";

/**
 * @typedef {import("../src/core/statements/published.ts").StatementTable} Table
 * @typedef {{ schema: string, tables: readonly Table[] }} Lake   one source's tables
 * @typedef {(path: string, init?: RequestInit) => Promise<Response>} Api   a route under /api; throws when refused
 */

/** What we write has such keys; another server's answer must not decide where on this machine a file goes. */
const KEY = /^warehouse\/[a-z0-9_]+(?:\/[A-Za-z0-9_][A-Za-z0-9_=.-]*)+\.parquet$/;
/** As the model makes names of schemas and tables: they become parts of paths and of SQL. */
const NAME = /^[a-z0-9_]{1,63}$/;
/** Downloads at once. */
const AT_ONCE = 6;

/** @returns {Api} */
export const apiOf = (url, token) => async (route, init) => {
  const response = await fetch(new URL(`/api${route}`, url), {
    ...init,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    // A token goes to the host that was named, nowhere else.
    redirect: "error",
  }).catch((error) => {
    const why = error.cause?.message ?? error.message;
    throw new Error(
      `${url.origin} cannot be reached: ${why}. Does Inlet run there? Else set PORT as for npm start, or name the address with --url.`,
    );
  });
  if (response.ok) return response;
  const { errors = [] } = await response.json().catch(() => ({}));
  const refusal = new Error(errors[0]?.message ?? `${route} answered ${response.status}`);
  throw Object.assign(refusal, { status: response.status });
};

const dataOf = async (api, route, init) => (await (await api(route, init)).json()).data;

/** Every entry of a list that comes in pages. */
async function all(api, route, name) {
  const entries = [];
  let cursor;
  do {
    const query = new URLSearchParams({ "pagination[count]": "1000" });
    if (cursor !== undefined) query.set("pagination[cursor]", cursor);
    const data = await dataOf(api, `${route}?${query}`);
    entries.push(...data[name]);
    cursor = data.pagination?.next;
  } while (cursor !== undefined);
  return entries;
}

/** @returns {Promise<readonly { id: string, slug: string }[]>} the source of a slug, or all */
export async function findSources(api, slug) {
  const sources = await all(api, "/sources", "sources");
  const found = slug === undefined ? sources : sources.filter((source) => source.slug === slug);
  if (found.length > 0) return found;
  throw new Error(
    `There is no source "${slug}"; there are ${sources.map((source) => source.slug).join(", ") || "none"}.`,
  );
}

/**
 * Makes `folder` hold exactly the files that one source has published now. A file that is replaced meanwhile is gone
 * an hour later, so a download that finds nothing asks again what is published.
 * @returns {Promise<(Lake & { fetched: number, removed: number }) | undefined>} undefined: nothing was ever published
 */
export async function pull(api, sourceId, folder, attempts = 3) {
  const { schema } = (await dataOf(api, `/sources/${sourceId}/exports`)).exports;
  if (schema === null) return undefined;
  if (!NAME.test(schema)) throw new Error(`The server names a schema that is none of ours: ${JSON.stringify(schema)}`);
  const files = await all(api, `/sources/${sourceId}/exports/files`, "files");
  const odd = files.find(({ key }) => !KEY.test(key) || key.includes("..") || !key.startsWith(`warehouse/${schema}/`));
  if (odd !== undefined)
    throw new Error(`The server names a file that is none of this schema: ${JSON.stringify(odd.key)}`);
  const missing = files.filter(({ key }) => !existsSync(path.join(folder, key)));
  const gone = await download(api, sourceId, folder, missing);
  if (gone > 0 && attempts > 1) return pull(api, sourceId, folder, attempts - 1);
  if (gone > 0) throw new Error(`${gone} published files cannot be read; try again in a minute.`);
  // Asked after the files: a table has every column that any of them holds.
  const tables = (await all(api, `/sources/${sourceId}/exports/tables`, "tables")).map((table) => ({
    ...table,
    files: files.filter((file) => file.table === table.name),
  }));
  const oddTable = tables.find(({ name }) => !NAME.test(name));
  if (oddTable !== undefined)
    throw new Error(`The server names a table that is none of ours: ${JSON.stringify(oddTable.name)}`);
  const removed = removeOthers(path.join(folder, "warehouse", schema), folder, new Set(files.map(({ key }) => key)));
  return { schema, tables, fetched: missing.length, removed };
}

/** After this, events that were acknowledged before have left Intake (it drains every two seconds) and are counted in. */
const SETTLED_MS = 5000;
const ASK_AGAIN_MS = 1000;
const PATIENCE_MS = 10 * 60_000;

/** Exports the open hour, and waits until everything that is due is published. */
export async function exportNow(api, sourceId, say = () => {}) {
  const exports = `/sources/${sourceId}/exports`;
  // A source whose exports are switched off has what it had.
  if (!(await dataOf(api, exports)).exports.enabled) return;
  await sleep(SETTLED_MS);
  await api(`${exports}/run`, { method: "POST", body: "{}" });
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(ASK_AGAIN_MS)) {
    const { waitingHours, running, followers } = (await dataOf(api, exports)).exports;
    const behind = followers.find(({ name }) => name === "snapshot")?.behind ?? 0;
    if (waitingHours + behind === 0 && running === undefined) return;
    if (running !== undefined) say(`${running.done} of ${running.segments} segments of the hour`);
  }
  throw new Error("The export takes longer than ten minutes; the source's Exports page says how far it is.");
}

/** @returns {Promise<number>} how many were gone */
async function download(api, sourceId, folder, files) {
  const queue = [...files];
  let gone = 0;
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      if (!(await downloadOne(api, sourceId, path.join(folder, file.key), file))) gone++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return gone;
}

async function downloadOne(api, sourceId, target, { key, bytes }) {
  try {
    const response = await api(`/sources/${sourceId}/exports/file?${new URLSearchParams({ key })}`);
    const content = new Uint8Array(await response.arrayBuffer());
    if (content.byteLength !== bytes) throw new Error(`${key} came with ${content.byteLength} of ${bytes} bytes`);
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    // Under its name only once it is whole.
    writeFileSync(`${target}.part`, content, { mode: 0o600 });
    renameSync(`${target}.part`, target);
    return true;
  } catch (error) {
    if (error.status === 404) return false;
    throw error;
  }
}

/** Removes what lies under `root` and is not in `keep`. */
function removeOthers(root, folder, keep) {
  if (!existsSync(root)) return 0;
  const others = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => /\.parquet(?:\.part)?$/.test(file))
    .filter((file) => !keep.has(path.relative(folder, file).replaceAll(path.sep, "/")));
  for (const file of others) rmSync(file);
  return others.length;
}

/**
 * DuckDB with a view per table of each lake; tables of the first lake need no schema before their name.
 * @param {readonly Lake[]} lakes
 */
export async function openLake(lakes, folder) {
  const base = parseBase(path.resolve(folder));
  if (!base.ok) throw new Error(`${path.resolve(folder)}: ${base.error}`);
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("SET TimeZone = 'UTC'");
  for (const { schema, tables } of lakes) {
    const request = { dialect: "duckdb", as: "views", files: "listed", base: path.resolve(folder) };
    const plan = planStatements(request, schema);
    if (!plan.ok) throw new Error(plan.error.message);
    await connection.run(plan.value.head());
    for (const table of tables) await connection.run(plan.value.table(table));
  }
  if (lakes.length > 0) {
    await connection.run(`SET search_path = ${sqlText(lakes.map(({ schema }) => sqlName(schema)).join(","))}`);
  }
  return connection;
}

/** Tables that are told; a source may have thousands. */
const TOLD = 40;

/**
 * DuckDB's error about a table that is not there, with those that are: its own guess may be a table of its own.
 * @param {unknown} error
 * @param {readonly Lake[]} lakes
 * @returns {unknown} any other error as it is
 */
export function withTables(error, lakes) {
  if (!(error instanceof Error) || !/^Catalog Error: Table with name .* does not exist/.test(error.message))
    return error;
  const names = lakes.flatMap(({ schema, tables }) => tables.map(({ name }) => `${schema}.${name}`));
  const [what] = error.message.split("\n");
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : "";
  return new Error(
    `${what}\nThere are: ${names.slice(0, TOLD).join(", ")}${more}.\nA table is made by the first event that belongs in it, once its hour is exported (--sync: at once).`,
    { cause: error },
  );
}

/**
 * One CSV a table, `<table>.csv`, as the statements for PostgreSQL read them: NULL is \N, and NUL characters, which
 * PostgreSQL's text cannot hold, are left out.
 * @param {Lake} lake
 */
export async function writeCsv(connection, { schema, tables }, folder) {
  mkdirSync(folder, { recursive: true });
  for (const { name, columns } of tables) {
    const values = columns.map((column) =>
      column.type === "varchar"
        ? `replace(${sqlName(column.name)}, chr(0), '') AS ${sqlName(column.name)}`
        : sqlName(column.name),
    );
    const file = sqlText(path.join(folder, `${name}.csv`));
    await connection.run(
      `COPY (SELECT ${values.join(", ")} FROM ${sqlName(schema)}.${sqlName(name)}) TO ${file} (FORMAT csv, HEADER true, NULLSTR '\\N')`,
    );
  }
}
