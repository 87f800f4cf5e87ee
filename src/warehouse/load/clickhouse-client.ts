import { hideSecrets } from "./secrets.ts";
import { LoadFailure } from "./target.ts";
import { notReached } from "./unreachable.ts";

/** How a ClickHouse is reached. `fetch` is guarded; `signal` of the request ends it. */
export interface ClickhouseAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  timeLimit(ms: number): { readonly signal: AbortSignal; clear(): void };
}

const MOST_STATEMENT_BYTES = 4 * 1024 * 1024;
const ERROR_CHARS = 4000;
/** `Code: 516. DB::Exception: default: Authentication failed … (AUTHENTICATION_FAILED) (version …)`. */
const EXCEPTION =
  /Code: (\d+)\. DB::(?:NetException|Exception): (.*?)(?: \(([A-Z_]+)\))?(?:\. \([A-Z_]+\))?(?: \(version .*)?$/s;
const AUTHENTICATION = new Set([192, 193, 194, 516]);
const RIGHTS = 497;

function explain(status: number, text: string): string {
  const [, code = "", message = ""] = EXCEPTION.exec(text.trim()) ?? [];
  if (code === "") return `The address answers with HTTP ${status}, but not as ClickHouse does.`;
  if (AUTHENTICATION.has(Number(code))) return "ClickHouse refuses the user or the password.";
  if (Number(code) === RIGHTS) return `The user lacks a right in ClickHouse: ${message}`;
  return `ClickHouse refuses with error ${code}: ${message}`;
}

function unreachable(error: unknown, url: string): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "OutboundRefused") return `The address cannot be used: ${error.message}.`;
  if (error.name === "TimeoutError" || error.name === "AbortError") return "ClickHouse did not answer in time.";
  return `ClickHouse cannot be reached: ${notReached(error.message, url.startsWith("https:"))}.`;
}

/** Talks to ClickHouse's HTTP interface (clickhouse.com/docs/interfaces/http). */
export class ClickhouseClient {
  readonly #access: ClickhouseAccess;

  constructor(access: ClickhouseAccess) {
    this.#access = access;
  }

  /**
   * Runs one statement and answers with what it gives. It goes in the body, `data` after it, because addresses are short.
   * @param settings of ClickHouse, for this statement
   */
  async run(
    statement: string,
    ms: number,
    settings: Readonly<Record<string, string>> = {},
    data?: Uint8Array<ArrayBuffer>,
  ): Promise<string> {
    const access = this.#access;
    const limit = access.timeLimit(ms);
    try {
      const response = await access.fetch(this.#address(settings), {
        method: "POST",
        headers: {
          "x-clickhouse-user": access.username,
          ...(access.password === "" ? {} : { "x-clickhouse-key": access.password }),
        },
        body: data === undefined ? statement : new Blob([`${statement}\n`, data]),
        redirect: "error",
        signal: limit.signal,
      });
      const text = await response.text();
      if (!response.ok) throw new LoadFailure(this.#refusal(response.status, text));
      return text;
    } catch (error) {
      throw error instanceof LoadFailure ? error : new LoadFailure(this.#hide(unreachable(error, access.url)));
    } finally {
      limit.clear();
    }
  }

  /** Rows of a query as JSON objects; 64-bit integers are texts. */
  async rows(query: string, ms: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = await this.run(`${query} FORMAT JSONEachRow`, ms, { output_format_json_quote_64bit_integers: "1" });
    const lines = text.split("\n").filter((line) => line !== "");
    try {
      return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    } catch {
      throw new LoadFailure("The address answers, but not as ClickHouse does.");
    }
  }

  #address(settings: Readonly<Record<string, string>>): string {
    const url = new URL(this.#access.url);
    // An error after the first bytes would come with status 200.
    url.searchParams.set("wait_end_of_query", "1");
    // A table of 1,600 columns takes more than the 256 kB that a statement may have otherwise.
    url.searchParams.set("max_query_size", String(MOST_STATEMENT_BYTES));
    for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Hidden before it is cut off: of half a password nobody would know that it is one. */
  #refusal(status: number, text: string): string {
    return explain(status, this.#hide(text.slice(0, 2 * ERROR_CHARS)).slice(0, ERROR_CHARS));
  }

  #hide(text: string): string {
    return hideSecrets(text, [this.#access.password]);
  }
}
