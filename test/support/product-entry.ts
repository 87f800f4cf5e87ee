import path from "node:path";
import { build } from "esbuild";
import { ROOT } from "./sources.ts";

/** A test's own Worker as code that imports the built product as `./worker.js`. */
export async function entryCode(entryPoint: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, entryPoint)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["node:*", "cloudflare:*"],
    plugins: [
      {
        name: "product",
        setup({ onResolve }) {
          onResolve({ filter: /\/src\/worker\.ts$/ }, () => ({ path: "./worker.js", external: true }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}
