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

/** What the process is told. */
export interface ToStart {
  readonly stateDir: string;
  /** 0 takes a free one; give it again to restart. */
  readonly port: number;
  /** File with code that is put before the bundle, see serve.mjs. */
  readonly entry?: string;
  /** Seconds, see serve.mjs. */
  readonly queueWait?: number;
}

/** What it says when it serves. */
export interface Ready {
  readonly url: string;
  readonly runtimes: number[];
}

/** Loading the code takes about as long as starting: the next process has done so before the one before is killed. */
let next: ChildProcess | undefined;

function forkChild(): ChildProcess {
  const child = fork(path.join(import.meta.dirname, "inlet-child.ts"), {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  // It ends with this process, and does not keep it.
  child.unref();
  child.channel?.unref();
  return child;
}

/** Starts the bundled Worker in a process group of its own. */
export async function startInletProcess(toStart: ToStart): Promise<InletProcess> {
  await mkdir(path.join(toStart.stateDir, "tmp"), { recursive: true });
  const child = next ?? forkChild();
  child.ref();
  child.channel?.ref();
  child.send(toStart);
  const ready = await readyOf(child);
  next = forkChild();
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
