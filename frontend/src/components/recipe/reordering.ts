/** Dragging an item of a list to another place, by mouse, pen or touch. */

import { followPointer } from "../controls/dragging";

export interface Reordering {
  /** Items are the list's children; a press on `[data-grip]` inside one starts. */
  onDrop(from: number, to: number): void;
}

/** Where the dragged item belongs: after all others whose middle lies above its own. */
function placeFor(middles: readonly number[], from: number, dragged: number): number {
  return middles.filter((middle, index) => index !== from && middle < dragged).length;
}

/** The other items make room while one is dragged over them. */
function shift(index: number, from: number, to: number, height: number): number {
  if (index > from && index <= to) return -height;
  if (index < from && index >= to) return height;
  return 0;
}

function startDrag(list: HTMLElement, item: HTMLElement, press: PointerEvent, options: Reordering) {
  const items = [...list.children].filter((child) => child instanceof HTMLElement);
  const from = items.indexOf(item);
  const boxes = items.map((each) => each.getBoundingClientRect());
  const middles = boxes.map((box) => box.top + box.height / 2);
  const spacing = (boxes[from]?.height ?? 0) + parseFloat(getComputedStyle(list).rowGap || "0");
  let to = from;
  item.dataset.dragged = "";
  followPointer(press, {
    onMove: (_, down) => {
      to = placeFor(middles, from, (middles[from] ?? 0) + down);
      items.forEach((each, index) => {
        const offset = index === from ? down : shift(index, from, to, spacing);
        each.style.transform = offset === 0 ? "" : `translateY(${offset}px)`;
      });
    },
    onEnd: () => {
      for (const each of items) each.style.transform = "";
      delete item.dataset.dragged;
      if (to !== from) options.onDrop(from, to);
    },
  });
}

/** An attachment for the list element. */
export function reorderable(options: Reordering) {
  return (list: HTMLElement): (() => void) => {
    const press = (event: PointerEvent) => {
      const grip = (event.target as Element).closest<HTMLElement>("[data-grip]");
      const item = [...list.children].find((child) => child.contains(grip));
      if (grip === null || !(item instanceof HTMLElement) || event.button !== 0) return;
      event.preventDefault();
      startDrag(list, item, event, options);
    };
    list.addEventListener("pointerdown", press);
    return () => list.removeEventListener("pointerdown", press);
  };
}
