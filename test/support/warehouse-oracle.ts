import { parseTime } from "../../src/core/timestamps.ts";
import { oracleName, oracleWords } from "./oracle-names.ts";
import { inSql, oracleCast, oracleTime, oracleType, type OracleCell, type OracleType } from "./oracle-values.ts";

type Json = Record<string, unknown>;
type Cells = Record<string, OracleCell>;

export interface OracleRow {
  readonly table: string;
  readonly id: string;
  readonly cells: Cells;
}

const COMMON = [
  "id",
  "user_id",
  "anonymous_id",
  "received_at",
  "sent_at",
  "timestamp",
  "original_timestamp",
  "uuid_ts",
];
const TIMES = new Set(["received_at", "sent_at", "timestamp", "original_timestamp", "uuid_ts"]);
const OWN: Record<string, string[]> = {
  tracks: ["event", "event_text"],
  groups: ["group_id"],
  accounts: ["group_id"],
  aliases: ["previous_id"],
};
const FIXED_TABLES = new Set(["tracks", "identifies", "users", "pages", "screens", "groups", "accounts", "aliases"]);
const COMMONLY_TAKEN = new Set([...COMMON, "day", "hr"]);
const takenIn = (table: string): ((name: string) => boolean) => {
  const own = OWN[FIXED_TABLES.has(table) ? table : "tracks"] ?? [];
  return (name) => COMMONLY_TAKEN.has(name) || own.includes(name) || name.startsWith("context_");
};
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `[path, value]` of all leaves, nested objects joined by `_`. */
function leavesOf(value: unknown, path: string, depth: number): [string, unknown][] {
  if (value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0)) return [];
  if (!isObject(value) || depth > 16) return [[path, value]];
  return Object.keys(value).flatMap((key) => {
    const words = oracleWords(key, "column");
    return leavesOf(value[key], path === "" ? words : `${path}_${words}`, depth + 1);
  });
}

const skewed = (sentAt: unknown, receivedAt: number): string | undefined => {
  const sent = parseTime(sentAt);
  if (sent === undefined) return undefined;
  return inSql(Math.abs(sent - receivedAt) <= 5000 ? sent : receivedAt);
};
const isoOf = (value: unknown): string | undefined => {
  const ms = parseTime(value);
  return ms === undefined ? undefined : inSql(ms);
};

/**
 * What the warehouse tables of a source must hold: the rules of test/conformance/warehouse.md written a second time,
 * the plain way, as an oracle for the product. Events come in the order in which they are exported, since the first
 * value of a column decides its type. No selective sync; `uuid_ts` is not looked at.
 */
export class WarehouseOracle {
  /** By table, then column. */
  readonly types = new Map<string, Map<string, OracleType>>();
  readonly #maxColumns: number;

  constructor(maxColumns = 500) {
    this.#maxColumns = maxColumns;
  }

  rowsOf(event: Json): OracleRow[] {
    const received = parseTime(event["receivedAt"])!;
    const warehouses = (event["integrations"] as Json | undefined)?.["Warehouses"];
    if (warehouses === false || (isObject(warehouses) && warehouses["all"] === false)) return [];
    const common = {
      id: event["messageId"],
      user_id: event["userId"] || undefined,
      anonymous_id: event["anonymousId"] || undefined,
      received_at: isoOf(event["receivedAt"]),
      timestamp: isoOf(event["timestamp"]),
      sent_at: skewed(event["sentAt"], received),
      original_timestamp: isoOf(event["originalTimestamp"]),
    };
    const context = leavesOf(event["context"], "context", 1);
    const properties = leavesOf(event["properties"] ?? {}, "", 1);
    const traits = leavesOf(event["traits"] ?? {}, "", 1);
    const row = (table: string, own: Json, leaves: [string, unknown][]): OracleRow =>
      this.#row(table, { ...common, ...own }, context, leaves);
    const latest = (table: string, id: unknown): OracleRow[] =>
      id ? [this.#row(table, { id, received_at: common.received_at }, [], traits)] : [];
    const named = { name: event["name"] || undefined, category: event["category"] || undefined };
    switch (event["type"]) {
      case "track": {
        const words = oracleWords(String(event["event"]), "event");
        const name = oracleName(words, FIXED_TABLES.has(words));
        const own = { event: name, event_text: event["event"] };
        return [row("tracks", own, []), row(name, own, properties)];
      }
      case "identify":
        return [row("identifies", {}, traits), ...latest("users", event["userId"])];
      case "group":
        return [row("groups", { group_id: event["groupId"] }, traits), ...latest("accounts", event["groupId"])];
      case "alias":
        return [row("aliases", { previous_id: event["previousId"] || undefined }, traits)];
      default:
        return [row(`${String(event["type"])}s`, named, properties)];
    }
  }

  #row(table: string, fixed: Json, context: [string, unknown][], own: [string, unknown][]): OracleRow {
    const types = this.#typesOf(table);
    const taken = takenIn(table);
    const cells: Cells = {};
    for (const [name, value] of Object.entries(fixed)) if (value !== undefined) cells[name] = value as OracleCell;
    const overflow: Json = {};
    const spill = (name: string, value: unknown): void => {
      let key = name;
      for (let n = 2; Object.hasOwn(overflow, key); n++) key = `${name}#${n}`;
      overflow[key] = value;
    };
    const put = (name: string, value: unknown): void => {
      const spare = types.has("_overflow") ? 0 : 1;
      if (!types.has(name) && types.size + spare >= this.#maxColumns) return spill(name, value);
      if (!types.has(name)) types.set(name, oracleType(value));
      const cell = oracleCast(value, types.get(name)!);
      if (!Object.hasOwn(cells, name)) {
        if (cell !== undefined) cells[name] = cell;
      } else if (cell !== cells[name] || isLess(value, cell)) spill(name, value);
    };
    for (const [path, value] of context) put(oracleName(path, false), value);
    for (const [path, value] of own) put(oracleName(path, taken(path)), value);
    if (Object.keys(overflow).length > 0) {
      types.set("_overflow", "varchar");
      cells["_overflow"] = JSON.stringify(overflow);
    }
    return { table, id: String(fixed["id"]), cells };
  }

  #typesOf(table: string): Map<string, OracleType> {
    const known = this.types.get(table);
    if (known !== undefined) return known;
    const kind = FIXED_TABLES.has(table) ? table : "tracks";
    const common = kind === "users" || kind === "accounts" ? ["id", "received_at"] : [...COMMON, ...(OWN[kind] ?? [])];
    const named = kind === "pages" || kind === "screens" ? ["name", "category"] : [];
    const types = new Map<string, OracleType>();
    for (const name of [...common, ...named]) types.set(name, TIMES.has(name) ? "timestamp" : "varchar");
    this.types.set(table, types);
    return types;
  }
}

/** Whether a cell says less than the value it came from; only then is a second, "equal" value worth keeping. */
function isLess(value: unknown, cell: OracleCell | undefined): boolean {
  if (typeof cell === "bigint" && typeof value === "number") return Number(cell) !== value;
  if (typeof cell === "bigint" && typeof value === "string") return /\.\d*[1-9]/.test(value);
  if (typeof cell === "number" && typeof value === "string") return figures(value) !== figures(String(cell));
  return (
    typeof cell === "string" && cell !== value && oracleTime(value) === cell && /\.\d{3}\d*[1-9]/.test(String(value))
  );
}

const figures = (text: string): string =>
  text
    .replace(/[eE].*/, "")
    .replaceAll(/\D/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
