import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What is killed: the runtime alone, the process that started it alone (the runtime is left behind), or both. */
export const KILLS = ["runtime", "parent", "group"] as const;
export type Kill = (typeof KILLS)[number];

export interface InletProcess {
  readonly url: URL;
  /** SIGKILL; resolves when what was killed is gone. With "runtime" the parent is killed afterwards. */
  kill(what: Kill): Promise<void>;
  /** The orderly end. */
  stop(): Promise<void>;
}

interface Ready {
  readonly url: string;
  readonly runtimes: number[];
}

/**
 * Starts the bundled Worker in a process group of its own. `port` 0 takes a free one; give it again to restart.
 * @param entry file with code that is put before the bundle, see serve.mjs
 */
export async function startInletProcess(stateDir: string, port: number, entry?: string): Promise<InletProcess> {
  const temporary = path.join(stateDir, "tmp");
  await mkdir(temporary, { recursive: true });
  const child = fork(
    path.join(import.meta.dirname, "inlet-child.ts"),
    [String(port), stateDir, ...(entry === undefined ? [] : [entry])],
    {
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, TMPDIR: temporary },
    },
  );
  const ready = await readyOf(child);
  return {
    url: new URL(ready.url),
    async kill(what) {
      if (what === "group") process.kill(-child.pid!, "SIGKILL");
      else if (what === "runtime") for (const pid of ready.runtimes) process.kill(pid, "SIGKILL");
      if (what === "runtime") await gone(ready.runtimes);
      child.kill("SIGKILL");
      await ended(child);
    },
    async stop() {
      child.send("stop");
      await ended(child);
    },
  };
}

async function readyOf(child: ChildProcess): Promise<Ready> {
  const message = once(child, "message").then(([ready]) => ready as Ready);
  const exit = once(child, "exit").then(([code, signal]) => {
    throw new Error(`Inlet ended before it was ready: ${code ?? signal}`);
  });
  return Promise.race([message, exit]);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await sleep(5);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
