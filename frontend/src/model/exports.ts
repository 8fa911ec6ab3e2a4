/** What can be exported, in words for a menu, and how the file is called. */

export interface ExportKind {
  /** As in the address of the export. */
  kind: string;
  title: string;
  description: string;
}

export const EXPORT_KINDS: readonly ExportKind[] = [
  {
    kind: "html",
    title: "Replay",
    description: "One HTML file to look at all of this, without a server.",
  },
  {
    kind: "script",
    title: "PyTorch program",
    description: "Runs alone, with the same losses and gradients.",
  },
  { kind: "svg", title: "SVG", description: "This iteration's autograd graph, sharp at any size." },
  { kind: "png", title: "PNG", description: "The same graph in pixels." },
  { kind: "pdf", title: "PDF", description: "The same graph for print." },
  { kind: "dot", title: "DOT", description: "The same graph as text, for Graphviz." },
  {
    kind: "safetensors",
    title: "Safetensors",
    description: "This iteration's parameters, buffers and gradients.",
  },
  { kind: "csv", title: "CSV", description: "Loss and norms of every iteration, as a table." },
];

export interface PictureKind extends ExportKind {
  kind: `${"svg" | "png" | "copy"} ${"view" | "everything"}`;
}

/** Pictures of the stage at the shown playhead, made in the page. */
export const PICTURE_KINDS: readonly PictureKind[] = [
  {
    kind: "svg everything",
    title: "Stage as SVG",
    description: "All of the graph, at this event.",
  },
  { kind: "png everything", title: "Stage as PNG", description: "The same in pixels." },
  { kind: "svg view", title: "View as SVG", description: "What is in view now." },
  { kind: "png view", title: "View as PNG", description: "The same in pixels." },
  { kind: "copy view", title: "Copy the view", description: "As an image, to paste elsewhere." },
];

/** The file's name with the name that the spec has in this page, where the server has another. */
export function renameFile(fileName: string, name: string | null): string {
  const safe = (name ?? "").replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return safe === "" ? fileName : safe + fileName.slice(fileName.lastIndexOf("."));
}
