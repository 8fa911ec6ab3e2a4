/** Following a pointer from press to release. */

export interface Drag {
  /** Called with the distance from where the pointer was pressed, in pixels. */
  onMove(right: number, down: number, event: PointerEvent): void;
  onEnd?(): void;
}

/** Captures the pointer of a pressing event, so that it is followed outside of the element too. */
export function followPointer(press: PointerEvent, { onMove, onEnd }: Drag): void {
  const element = press.currentTarget as HTMLElement;
  element.setPointerCapture(press.pointerId);
  const move = (event: PointerEvent) =>
    onMove(event.clientX - press.clientX, event.clientY - press.clientY, event);
  const end = () => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", end);
    element.removeEventListener("pointercancel", end);
    onEnd?.();
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}
