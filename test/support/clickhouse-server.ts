import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Session } from "chdb";
import { portOf } from "./port.ts";

const WITH_DATA = "FORMAT Parquet\n";
const clean = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).replace("Query failed: ", "");

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/**
 * ClickHouse's engine (chdb has no server of its own) behind ClickHouse's HTTP interface, as far as loading uses it. Two
 * things are done here that a server does itself: who may come in, and the data behind a statement, which go to the
 * engine as a file, since that has no input().
 */
export async function startClickhouse({ user = "inlet", password = "" } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "inlet-clickhouse-"));
  const session = new Session();
  let files = 0;
  /** Answers instead of the engine. */
  let stub: ((response: ServerResponse) => void) | undefined;

  const query = (text: string): string => session.query(text, "JSONCompactEachRow");

  function run(body: Buffer, settings: readonly string[]): string {
    const at = body.indexOf(WITH_DATA);
    const statement = at === -1 ? body.toString("utf8") : body.subarray(0, at).toString("utf8");
    const suffix = settings.length === 0 ? "" : ` SETTINGS ${settings.join(", ")}`;
    if (at === -1) return query(statement.startsWith("SELECT") ? statement + suffix : statement);
    const file = path.join(folder, `${files++}.parquet`);
    writeFileSync(file, body.subarray(at + WITH_DATA.length));
    try {
      return query(statement.replace(" SELECT ", `${suffix} SELECT `).replace("input(", `file('${file}', 'Parquet', `));
    } finally {
      rmSync(file);
    }
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (stub !== undefined) return stub(response);
      const refuse = (status: number, text: string) => response.writeHead(status).end(text);
      if (request.headers["x-clickhouse-user"] !== user || (request.headers["x-clickhouse-key"] ?? "") !== password) {
        return refuse(
          403,
          `Code: 516. DB::Exception: ${user}: Authentication failed. (AUTHENTICATION_FAILED) (version 26)`,
        );
      }
      const { searchParams } = new URL(request.url ?? "/", "http://localhost");
      searchParams.delete("wait_end_of_query");
      const settings = [...searchParams].map(([name, value]) => `${name} = '${value.replaceAll("'", "\\'")}'`);
      try {
        return response.end(run(body, settings));
      } catch (error) {
        return refuse(500, clean(error));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    user,
    password,
    rows: (text: string): unknown[][] =>
      query(text)
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as unknown[]),
    /** From now on every request is answered by this; by the engine again without it. */
    answer(instead?: (response: ServerResponse) => void): void {
      stub = instead;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      session.cleanup();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
