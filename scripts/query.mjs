// `npm run query -- "<sql>"`: your events in DuckDB on this machine. Brings here what is published and not here yet.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { apiOf, exportNow, findSources, openLake, pull, withTables, writeCsv } from "./lake.mjs";
import { table } from "./table.mjs";

const USAGE = `npm run query -- ["<sql>"] [options]
  "<sql>"            DuckDB's SQL; without it the tables are listed
  --source <slug>    only this source; without it every source that has tables
  --sync             export the open hour first, and wait until it is published
  --to <folder>      where the files are kept (default: lake/<host> in the state directory)
  --csv <folder>     write each table of the one source as <table>.csv
  --url <url>        where Inlet runs (default: http://127.0.0.1:8787, or the PORT of the environment)
The token is INLET_API_TOKEN or INLET_ADMIN_TOKEN from the environment, else the one that npm start keeps (only for this machine).`;

const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);
/** Rows that are printed; the rest is counted. */
const SHOWN = 200;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      source: { type: "string" },
      sync: { type: "boolean", default: false },
      to: { type: "string" },
      csv: { type: "string" },
      url: { type: "string", default: `http://127.0.0.1:${process.env.PORT || 8787}` },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (positionals.length > 1) throw new Error("The SQL must be one argument: put it in quotes.");
  // npm changes to the project; what somebody types is meant from where they are.
  const here = (given) => path.resolve(process.env.INIT_CWD ?? ".", given);
  const home = path.resolve(process.env.INLET_STATE_DIR || ".inlet");
  const url = new URL(values.url);
  const folder = values.to === undefined ? path.join(home, "lake", url.host.replaceAll(":", "-")) : here(values.to);
  const api = apiOf(url, tokenFor(url, home));
  const lakes = await pullAll(api, values, folder);
  const connection = await openLake(lakes, folder);
  const [sql] = positionals;
  if (values.csv !== undefined) await csv(connection, lakes, here(values.csv));
  if (sql !== undefined) print(await answer(connection, sql, lakes));
  else if (values.csv === undefined) await list(connection, lakes);
  connection.closeSync();
}

/** Read for this call, kept nowhere; the one on this machine is for this machine. */
function tokenFor(url, home) {
  const given = process.env.INLET_API_TOKEN || process.env.INLET_ADMIN_TOKEN;
  if (given) return given;
  if (!LOCAL.has(url.hostname)) throw new Error(`Set INLET_API_TOKEN to a token of ${url.host}.`);
  const file = path.join(home, "secrets.json");
  if (!existsSync(file))
    throw new Error(`There is no token in ${home}: run npm start first, or set INLET_ADMIN_TOKEN.`);
  return JSON.parse(readFileSync(file, "utf8")).INLET_ADMIN_TOKEN;
}

async function pullAll(api, { source, sync }, folder) {
  const lakes = [];
  for (const { id, slug } of await findSources(api, source)) {
    if (sync) await exportNow(api, id, (text) => note(`${slug}: ${text}`));
    const lake = await pull(api, id, folder);
    if (lake === undefined) continue;
    lakes.push(lake);
    if (lake.fetched + lake.removed > 0) note(`${slug}: ${lake.fetched} new files, ${lake.removed} removed`);
  }
  if (lakes.length > 0) return lakes;
  throw new Error(
    sync
      ? "There is nothing to export yet: send an event first, or click around in the demo shop."
      : "Nothing is published yet: an hour is exported some minutes after its end. With --sync at once.",
  );
}

async function list(connection, lakes) {
  const rows = [];
  for (const { schema, tables } of lakes) {
    for (const { name, columns } of tables) {
      const counted = await connection.runAndReadAll(`SELECT count(*) FROM "${schema}"."${name}"`);
      rows.push([`${schema}.${name}`, counted.getRowsJson()[0][0], columns.length]);
    }
  }
  console.log(table(["table", "rows", "columns"], rows));
}

async function csv(connection, lakes, folder) {
  const [lake, ...others] = lakes;
  if (others.length > 0) throw new Error("Name one source with --source.");
  await writeCsv(connection, lake, folder);
  note(`${lake.tables.length} files in ${folder}`);
}

async function answer(connection, sql, lakes) {
  try {
    return await connection.runAndReadUntil(sql, SHOWN + 1);
  } catch (error) {
    throw withTables(error, lakes);
  }
}

function print(result) {
  const rows = result.getRowsJson();
  console.log(table(result.deduplicatedColumnNames(), rows.slice(0, SHOWN)));
  if (rows.length > SHOWN) note(`More rows than the ${SHOWN} shown: add a LIMIT, or COPY (…) TO 'file'.`);
}

/** Beside the result, so that it can be piped on. */
function note(text) {
  console.error(text);
}
