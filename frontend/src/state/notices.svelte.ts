/** Short messages to the person: what happened, and what failed. */

export type NoticeKind = "information" | "warning" | "error";

export interface Notice {
  id: number;
  kind: NoticeKind;
  text: string;
}

const INFORMATION_MILLISECONDS = 6_000;
const MOST_AT_ONCE = 4;

export class NoticesState {
  list = $state.raw<Notice[]>([]);
  #next = 1;

  inform(text: string): void {
    const id = this.#add("information", text);
    setTimeout(() => this.dismiss(id), INFORMATION_MILLISECONDS);
  }

  /** Stays until it is dismissed. */
  warn(text: string): void {
    this.#add("warning", text);
  }

  /** Stays until it is dismissed. */
  fail(text: string): void {
    this.#add("error", text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(kind: NoticeKind, text: string): number {
    const others = this.list.filter((notice) => notice.text !== text);
    const notice = { id: this.#next++, kind, text };
    this.list = [...others, notice].slice(-MOST_AT_ONCE);
    return notice.id;
  }
}
