/** Looks for what a person types among everything on a tape, and forgives what was mistyped. */

import {
  entryGroups,
  lettersIn,
  tensorEntry,
  type Entry,
  type EntryGroup,
  type SearchIndex,
} from "./searchIndex";

export interface ResultGroup {
  readonly group: EntryGroup;
  /** The best ones, best first. */
  readonly entries: readonly Entry[];
  /** How many there are altogether. */
  readonly count: number;
}

export interface SearchResults {
  readonly groups: readonly ResultGroup[];
  readonly count: number;
  /** The words that were looked for in place of mistyped ones; empty where none was. */
  readonly meant: readonly string[];
}

/** How many of each group are shown: more than a person reads, fewer than a page chokes on. */
const mostShown = 12;

const ranks = { name: 0, beginning: 1, word: 2, part: 3, letters: 5 };
const worstRank = 24;

/** What is searched for, word by word; `64 x 10` and `(64, 10)` are one: `64×10`. */
export function wordsOfQuery(query: string): string[] {
  const text = query.toLowerCase().replace(/[()]/g, " ");
  const shapes = text.replace(/(\d)\s*[x×*,]\s*(?=\d)/g, "$1×");
  return shapes.split(/\s+/).filter((word) => word !== "");
}

export function search(index: SearchIndex, query: string): SearchResults {
  const words = wordsOfQuery(query);
  if (words.length === 0) return browse(index);
  const found = collect(index, words);
  if (found.count > 0) return { ...found, meant: [] };
  const meant = words.map((word) => guess(index, word));
  if (meant.every((word, i) => word === words[i])) return { ...found, meant: [] };
  return { ...collect(index, meant), meant };
}

/** Before anything is typed: the layers, then what was given. */
function browse(index: SearchIndex): SearchResults {
  const shown = new Set<EntryGroup>(["Layers", "Parameters and inputs"]);
  const tally = new Tally();
  for (const entry of index.entries) if (shown.has(entry.group)) tally.add(entry, 0);
  return { ...tally.results(), meant: [] };
}

type Found = Pick<SearchResults, "groups" | "count">;

function collect(index: SearchIndex, words: readonly string[]): Found {
  const tally = new Tally();
  const letters = lettersIn(words.join(""));
  for (const entry of index.entries) {
    if ((letters & ~entry.letters) !== 0) continue;
    const rank = rankOf(entry, words);
    if (rank !== null) tally.add(entry, rank);
  }
  const number = words.length === 1 ? /^#?(\d+)$/.exec(words[0] ?? "") : null;
  const numbered = number === null ? null : tensorEntry(index.structure, Number(number[1]));
  if (numbered !== null) tally.add(numbered, ranks.name);
  return tally.results();
}

/** How well an entry answers, 0 best; null where a word is not in it at all. */
function rankOf(entry: Entry, words: readonly string[]): number | null {
  let sum = 0;
  for (const word of words) {
    const rank = rankOfWord(entry, word);
    if (rank === null) return null;
    sum += rank;
  }
  return Math.min(sum, worstRank);
}

function rankOfWord({ key, text, shape }: Entry, word: string): number | null {
  if (key === word || shape === word) return ranks.name;
  if (key.startsWith(word)) return ranks.beginning;
  const at = text.indexOf(word);
  if (at >= 0) return startsWord(text, word, at) ? ranks.word : ranks.part;
  return hasLetters(key, word) ? ranks.letters : null;
}

/** Whether any occurrence, from this one on, is the beginning of a word. */
function startsWord(text: string, word: string, from: number): boolean {
  for (let at = from; at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !isInWord(text.charCodeAt(at - 1))) return true;
  }
  return false;
}

/** Whether a character, by its code in lower case, is a letter or a digit. */
function isInWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 0xdf;
}

/** Whether the letters of a word occur in this order: `fcw` in `fc1.weight`. */
function hasLetters(key: string, word: string): boolean {
  const isNumber = word.charCodeAt(0) < 97 || word.includes("×");
  if (word.length < 2 || isNumber) return false;
  let at = -1;
  for (const letter of word) {
    at = key.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** The word of the tape that a mistyped one is nearest to; itself where none is near. */
function guess(index: SearchIndex, word: string): string {
  const words = index.words();
  let best = word;
  let least = word.length <= 3 ? 1 : 2;
  if (!/[a-z]/.test(word) || words.has(word)) return word;
  for (const known of words) {
    if (Math.abs(known.length - word.length) > least) continue;
    const distance = mistakesBetween(known, word);
    if (distance < least || (distance === least && best === word))
      [best, least] = [known, distance];
  }
  return best;
}

/** Letters left out, put in, exchanged, or swapped with their neighbour. */
export function mistakesBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = Number(a[i - 1] !== b[j - 1]);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + exchanged,
        swapped ? (beforeLast[j - 2] as number) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] as number;
}

/** Keeps the best of each group and counts the rest: sorting thousands would take longer. */
class Tally {
  private readonly byGroup = new Map<
    EntryGroup,
    { ranked: Entry[][]; count: number; best: number }
  >();

  add(entry: Entry, rank: number): void {
    const { group } = entry;
    const kept = this.byGroup.get(group) ?? { ranked: [], count: 0, best: rank };
    this.byGroup.set(group, kept);
    kept.count += 1;
    kept.best = Math.min(kept.best, rank);
    const equals = (kept.ranked[rank] ??= []);
    if (equals.length < mostShown) equals.push(entry);
  }

  results(): Found {
    const groups = [...this.byGroup].sort(
      ([a, { best }], [b, { best: other }]) =>
        best - other || entryGroups.indexOf(a) - entryGroups.indexOf(b),
    );
    return {
      groups: groups.map(([group, { ranked, count }]) => {
        return { group, entries: ranked.flat().slice(0, mostShown), count };
      }),
      count: groups.reduce((sum, [, { count }]) => sum + count, 0),
    };
  }
}
