/** The page of the benchmark that lays out one graph with several libraries; never shipped. */

import { defineConfig } from "vite";

export default defineConfig({
  root: "bench",
  base: "./",
  build: {
    outDir: "../../build/bench-page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
  worker: { format: "es" },
});
