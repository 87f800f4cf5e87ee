import postgres, { type Options, type Sql, type TransactionSql } from "postgres";
import { hideSecrets } from "./secrets.ts";
import { LoadFailure } from "./target.ts";
import { notReached } from "./unreachable.ts";

/** How a PostgreSQL is reached; `connection` is a URL (Hyperdrive's) or its parts, whose host the guard has let pass. */
export interface PostgresAccess {
  readonly connection: string | PostgresParts;
  readonly secrets: readonly string[];
  /** What `work` gives, or an error when it takes longer. */
  within<T>(ms: number, work: Promise<T>): Promise<T>;
}
export interface PostgresParts {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls: boolean;
}

const CONNECT_SECONDS = 10;
/** PostgreSQL itself gives a statement up before we give up PostgreSQL. */
const STATEMENT_MS = 60_000;
const PATIENCE_MS = 75_000;
const CLOSE_MS = 3000;
const LIMITS = `SELECT set_config('statement_timeout', '${STATEMENT_MS}', true), set_config('lock_timeout', '${STATEMENT_MS}', true)`;

export type Row = Readonly<Record<string, unknown>>;
/** One statement with its parameters, as texts. */
export type RunStatement = (statement: string, parameters?: readonly string[]) => Promise<readonly Row[]>;

const SENTENCES: Readonly<Record<string, string>> = {
  "28P01": "PostgreSQL refuses the user or the password.",
  "28000": "PostgreSQL does not let this user in from here.",
  "53300": "PostgreSQL has no connection to spare.",
  "57014": `A statement took longer than ${STATEMENT_MS / 1000} s and was given up.`,
  CONNECT_TIMEOUT: `PostgreSQL did not answer within ${CONNECT_SECONDS} s.`,
  CONNECTION_CLOSED: "PostgreSQL closed the connection.",
  CONNECTION_ENDED: "The connection to PostgreSQL was lost.",
  CONNECTION_DESTROYED: "The connection to PostgreSQL was lost.",
};

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "");

/** workerd says no more than this of a handshake that failed. */
const HANDSHAKE = /^internal error|tls|ssl|certificate/i;
const NO_TLS =
  "No connection with TLS comes about: PostgreSQL may not offer it, or its certificate is not by a public authority.";

function explain(error: unknown, { connection }: PostgresAccess): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  const withTls = typeof connection !== "string" && connection.tls;
  if (withTls && (code === "CONNECTION_CLOSED" || (error.name !== "PostgresError" && HANDSHAKE.test(error.message))))
    return NO_TLS;
  const known = SENTENCES[code];
  if (known !== undefined) return known;
  if (code === "42501") return `The user lacks a right in PostgreSQL: ${error.message}.`;
  if (error.name === "PostgresError") return `PostgreSQL refuses: ${error.message} (${code}).`;
  return `PostgreSQL cannot be reached: ${notReached(error.message || code, withTls)}.`;
}

const options = ({ connection }: PostgresAccess): Options<Record<string, never>> => ({
  max: 1,
  connect_timeout: CONNECT_SECONDS,
  // A pooler between us and PostgreSQL may give each transaction another connection.
  prepare: false,
  fetch_types: false,
  onnotice: () => undefined,
  ...(typeof connection === "string"
    ? {}
    : {
        host: connection.host,
        port: connection.port,
        database: connection.database,
        username: connection.username,
        password: connection.password,
        ssl: connection.tls ? "verify-full" : false,
      }),
});

/** One connection to a PostgreSQL, for one run. */
export class PostgresClient {
  readonly #sql: Sql;
  readonly #access: PostgresAccess;
  readonly #hung = Promise.withResolvers<never>();

  constructor(access: PostgresAccess) {
    this.#access = access;
    const { connection } = access;
    this.#sql = typeof connection === "string" ? postgres(connection, options(access)) : postgres(options(access));
    this.#hung.promise.catch(() => undefined);
  }

  /** All of it or nothing. No step may take for ever: not its statements, nor the beginning and the end of it. */
  async transaction<T>(work: (run: RunStatement) => Promise<T>): Promise<T> {
    const [started, worked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const begun = this.#sql.begin(async (transaction) => {
      started.resolve();
      await this.#statement(transaction, LIMITS);
      const result = await work((statement, parameters) => this.#statement(transaction, statement, parameters));
      worked.resolve();
      return { result };
    });
    await this.#explained(this.#limited(Promise.race([started.promise, begun])));
    await this.#explained(Promise.race([worked.promise, begun]));
    return (await this.#explained(this.#limited(begun))).result as T;
  }

  /** A statement that only reads. */
  query(statement: string, parameters: readonly string[] = []): Promise<readonly Row[]> {
    return this.#explained(this.#statement(this.#sql, statement, parameters));
  }

  async close(): Promise<void> {
    await this.#access.within(CLOSE_MS, this.#sql.end({ timeout: 1 })).catch(() => undefined);
  }

  async #explained<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    try {
      return await Promise.race([work, this.#hung.promise]);
    } catch (error) {
      if (error instanceof LoadFailure) throw error;
      throw new LoadFailure(hideSecrets(explain(error, this.#access), this.#access.secrets));
    }
  }

  async #statement(
    on: Pick<TransactionSql, "unsafe">,
    statement: string,
    parameters: readonly string[] = [],
  ): Promise<readonly Row[]> {
    return this.#limited(on.unsafe(statement, [...parameters]).then((rows) => [...rows]));
  }

  /** What was asked of PostgreSQL; when no answer comes the connection is given up. */
  async #limited<T>(asked: Promise<T>): Promise<T> {
    const settled = asked.then(
      () => true,
      () => true,
    );
    try {
      return await this.#access.within(PATIENCE_MS, asked);
    } catch (error) {
      if (!(await Promise.race([settled, false]))) this.#giveUp();
      throw error;
    }
  }

  /** A connection that has fallen silent would never roll back either. */
  #giveUp(): void {
    this.#hung.reject(new LoadFailure(`PostgreSQL did not answer within ${PATIENCE_MS / 1000} s.`));
    this.#sql.end({ timeout: 0 }).catch(() => undefined);
  }
}
