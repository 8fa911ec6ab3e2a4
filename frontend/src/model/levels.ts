/** How closely the stage looks at a tape: one card per module, per function call, or per op. */
export type Level = "module" | "call" | "op";

export const levels: readonly Level[] = ["module", "call", "op"];
