/** The structures of the golden tapes: programs of the zoo, as PyTorch ran them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Structure } from "../src/api/types";

const folder = join(import.meta.dirname, "../../tests/zoo/golden");

export function goldenStructures(): Map<string, Structure> {
  const found = new Map<string, Structure>();
  for (const file of readdirSync(folder).sort()) {
    const name = file.replace(".json", "");
    const plain = JSON.parse(readFileSync(join(folder, file), "utf8")) as Structure;
    found.set(name, { ...plain, hash: name });
  }
  return found;
}
