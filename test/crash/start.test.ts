import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runtimes } from "../../scripts/serve.mjs";
import { ROOT } from "../support/sources.ts";

const TOKEN = "a-token-for-the-start-test";
let stateDir: string;
let port: number;
const running = new Set<ChildProcess>();

interface Started {
  readonly child: ChildProcess;
  readonly output: string;
}

/** `npm start` without npm: resolves with everything printed up to the ready line. */
function start(): Promise<Started> {
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/start.mjs")], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), INLET_STATE_DIR: stateDir, INLET_ADMIN_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  return new Promise((resolve, reject) => {
    let output = "";
    let problems = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("\n")) resolve({ child, output });
    });
    child.stderr.on("data", (chunk: Buffer) => void (problems += chunk.toString()));
    child.on("exit", (code) => reject(new Error(`exited ${code} before it was ready: ${output}${problems}`)));
  });
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.on("exit", (code) => resolve(code));
  });

const track = (messageId: string) =>
  fetch(`http://127.0.0.1:${port}/v1/track`, {
    method: "POST",
    headers: { prefer: "return=representation" },
    body: JSON.stringify({ writeKey: "demo_write_key_local", userId: "u1", event: "Started", messageId }),
  }).then(async (response) => ((await response.json()) as { items: { status: string }[] }).items[0]?.status);

beforeAll(async () => {
  stateDir = path.join(await mkdtemp(path.join(tmpdir(), "inlet-start-")), "state");
  port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
});

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(path.dirname(stateDir), { recursive: true, force: true });
});

it("prints one ready line with the address and how to sign in, and takes events", async () => {
  const { child, output } = await start();
  expect(output.trimEnd().split("\n")).toHaveLength(1);
  expect(output).toContain(`http://127.0.0.1:${port}`);
  expect(output).toContain(TOKEN);
  expect(await track("before-sigterm")).toBe("accepted");
  const workers = runtimes(child.pid);
  expect(workers).not.toEqual([]);
  child.kill("SIGTERM");
  expect(await ended(child)).toBe(0);
  expect(runtimes().filter((pid) => workers.includes(pid))).toEqual([]);
  await expect(track("nobody listens")).rejects.toThrow();
});

it("starts again on the same port after kill -9 and still knows what it acknowledged", async () => {
  const { child } = await start();
  expect(await track("before-sigterm")).toBe("duplicate");
  expect(await track("before-sigkill")).toBe("accepted");
  child.kill("SIGKILL");
  await ended(child);
  const again = await start();
  expect(await track("before-sigkill")).toBe("duplicate");
  again.child.kill("SIGINT");
  expect(await ended(again.child)).toBe(0);
});

it("refuses a second run on the same state, and leaves the first alone", async () => {
  const { child } = await start();
  await expect(start()).rejects.toThrow(/already runs on .* \(process \d+\)/);
  expect(await track("first run goes on")).toBe("accepted");
  child.kill("SIGTERM");
  expect(await ended(child)).toBe(0);
});

it("keeps the state it makes and the secrets in it for their owner only", async () => {
  const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
  expect([await modeOf(stateDir), await modeOf(path.join(stateDir, "secrets.json"))]).toEqual(["700", "600"]);
  const kept = JSON.parse(await readFile(path.join(stateDir, "secrets.json"), "utf8")) as Record<string, string>;
  expect(kept["INLET_SEAL_KEY"]).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
