import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const server = process.env.GRADTAPE_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // Under vitest, Svelte's server build would be chosen otherwise, which cannot mount.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    outDir: "../backend/gradtape/page",
    emptyOutDir: true,
    target: "es2022",
    // The page's content security policy allows no data: scripts; small files stay files.
    assetsInlineLimit: 0,
    // Plotly's basic bundle is about 1 MB; it loads when a curve is first shown.
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: server, changeOrigin: true } } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
  },
}));
