/** A file into the browser's downloads. */

const KEPT_MILLISECONDS = 60_000; // a browser may ask first where to put it

export function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MILLISECONDS);
}
