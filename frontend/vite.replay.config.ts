/** The viewer of the one-file replay: one script and one style, which Python puts into each file. */

import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const plotly = "node_modules/plotly.js-basic-dist-min/plotly-basic.min.js";

/** Plotly is carried beside the script: only a replay with curves takes it along. */
function carryPlotly(): Plugin {
  return {
    name: "carry-plotly",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "plotly.js", source: readFileSync(plotly) });
    },
  };
}

/** The script will stand inside of a page: text in it may not look like the end of its element. */
function standInPage(): Plugin {
  return {
    name: "stand-in-page",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        file.code = file.code.replaceAll("</script", "\\x3C/script").replaceAll("<!--", "\\x3C!--");
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), carryPlotly(), standInPage()],
  publicDir: false,
  resolve: {
    alias: [
      {
        find: /^\.\/layoutWorker$/,
        replacement: new URL("./src/replay/inlineLayoutWorker.ts", import.meta.url).pathname,
      },
    ],
  },
  build: {
    outDir: "../backend/gradtape/page/replay",
    emptyOutDir: true,
    target: "es2022",
    lib: {
      entry: "src/replay/main.ts",
      formats: ["iife"],
      name: "gradtapeReplay",
      fileName: () => "replay.js",
      cssFileName: "replay",
    },
  },
});
