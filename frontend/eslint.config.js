import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import typescript from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

// The floors: replay → pages → components → {state, stage, draw} → {model, api}. Imports only go down.
const above = {
  replay: [],
  pages: ["replay"],
  components: ["replay", "pages"],
  state: ["replay", "pages", "components", "stage", "draw"],
  stage: ["replay", "pages", "components", "state"],
  draw: ["replay", "pages", "components", "state", "stage"],
  model: ["replay", "pages", "components", "state", "stage", "draw"],
  api: ["replay", "pages", "components", "state", "stage", "draw", "model"],
};
const withoutFramework = ["stage", "draw", "model", "api"];

function floorRule(floor) {
  const patterns = [];
  if (above[floor].length > 0) {
    patterns.push({
      group: above[floor].map((upper) => `**/${upper}/**`),
      message: `${floor}/ may not import from a floor above it or beside it.`,
    });
  }
  if (withoutFramework.includes(floor)) {
    patterns.push({
      group: ["svelte", "svelte/*", "**/*.svelte", "**/*.svelte.ts"],
      message: `${floor}/ knows no framework.`,
    });
  }
  if (floor === "replay") {
    patterns.push({
      group: ["**/api/client", "**/api/events", "**/state/session*", "**/state/workbench*"],
      message: "A replay has no server.",
    });
  }
  return {
    files: [`src/${floor}/**/*.{ts,svelte}`],
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
}

export default typescript.config(
  { ignores: ["node_modules/", "src/api/schema.gen.ts"] },
  js.configs.recommended,
  ...typescript.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // `== null` asks for null or undefined: what the server leaves out and what it sends as null.
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
  },
  ...Object.keys(above).map(floorRule),
);
