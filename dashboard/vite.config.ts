import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { iconWeights } from "./icon-weights.ts";
import { nativeTooltips } from "./native-tooltips.ts";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [react(), tailwindcss(), iconWeights, nativeTooltips],
  build: {
    outDir: fileURLToPath(new URL("../dist/assets", import.meta.url)),
    emptyOutDir: true,
    // Which chunk needs which: scripts/check.mjs reads it, scripts/build.mjs takes it out of what is served.
    manifest: "manifest.json",
    // data: URLs would be the only thing here that a strict policy has to make room for.
    assetsInlineLimit: 0,
    target: "es2023",
    modulePreload: { polyfill: false },
  },
});
