/** Blocks of numbers that were fetched or are under way; the oldest are forgotten first. */

const MOST_BLOCKS = 400;

export class BlockCache {
  readonly #blocks = new Map<string, number[][] | "expected">();

  /** The block; undefined while it is under way, or was never asked for. */
  get(key: string): number[][] | undefined {
    const block = this.#blocks.get(key);
    return block === "expected" ? undefined : block;
  }

  /** Whether it is here or under way. */
  has(key: string): boolean {
    return this.#blocks.has(key);
  }

  expect(key: string): void {
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size >= MOST_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    this.#blocks.set(key, "expected");
  }

  set(key: string, block: number[][]): void {
    this.#blocks.set(key, block);
  }

  forget(key: string): void {
    this.#blocks.delete(key);
  }

  clear(): void {
    this.#blocks.clear();
  }
}
