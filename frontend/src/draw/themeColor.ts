/** Reads a color of the theme where an element stands: `--ink`. */
export function readColor(element: HTMLElement, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}
