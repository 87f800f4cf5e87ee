// The dashboard as a person opens it: bytes of the first load, and the time until it can be used, in real Chromium.
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { ROOT } from "../scripts/serve.mjs";
import { launchChromium } from "../test/support/chromium.ts";
import { startInlet } from "../test/support/server.ts";
import { spreadOf, type Spread } from "./load.ts";

export interface DashboardFigures {
  /** What the first screen after signing in loads of our own, gzip, bytes. */
  readonly gzipBytes: number;
  readonly files: number;
  /** From the navigation to the screen's heading, with an empty cache, signed in, ms; the main thread is idle then. */
  readonly readyMs: Spread;
  /** The same once the browser has the files. */
  readonly againMs: Spread;
}

async function signIn(browser: Browser, origin: URL, token: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(origin.href);
  await page.getByLabel("Admin token").fill(token);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  return context;
}

/** Opens the first screen `rounds` times with nothing in the browser's cache, and then again. */
export async function measureDashboard(rounds: number): Promise<DashboardFigures> {
  const inlet = await startInlet();
  const browser = await launchChromium();
  try {
    const first: number[] = [];
    const again: number[] = [];
    let loaded = new Set<string>();
    for (let n = 0; n < rounds; n++) {
      const context = await signIn(browser, inlet.url, inlet.adminToken);
      const state = await context.storageState();
      await context.close();
      const fresh = await browser.newContext({ storageState: state, viewport: { width: 1280, height: 860 } });
      const page = await fresh.newPage();
      const asked = new Set<string>();
      page.on("requestfinished", (request) => asked.add(new URL(request.url()).pathname));
      for (const times of [first, again]) {
        const start = performance.now();
        await page.goto(inlet.url.href);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.evaluate("new Promise((resolve) => requestIdleCallback(resolve, { timeout: 5000 }))");
        times.push(performance.now() - start);
        if (times === first) loaded = new Set(asked);
      }
      await fresh.close();
    }
    const files = [...loaded].filter((name) => /\.(?:js|css|svg|woff2)$/.test(name));
    const sizes = ["/index.html", ...files].map(
      (name) => gzipSync(readFileSync(path.join(ROOT, "dist/assets", name))).length,
    );
    return {
      gzipBytes: sizes.reduce((sum, size) => sum + size, 0),
      files: sizes.length,
      readyMs: spreadOf(first),
      againMs: spreadOf(again),
    };
  } finally {
    await browser.close();
    await inlet.stop();
  }
}
