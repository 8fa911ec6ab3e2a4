/** Pictures of the stage: into a file, onto the clipboard, and onto paper. */

import { renameFile, type PictureKind } from "../model/exports";
import type { Stage } from "../stage/stage";
import type { Extent } from "../stage/pictures/stagePicture";
import { download } from "../state/download";
import type { NoticesState } from "../state/notices.svelte";

/** Makes the picture and gives it to the person; a failure is told. */
export async function givePicture(
  kind: PictureKind["kind"],
  stage: Stage | null,
  name: string | null,
  notices: NoticesState,
): Promise<void> {
  const [form, extent] = kind.split(" ") as ["svg" | "png" | "copy", Extent];
  const picture = stage?.takePicture() ?? null;
  if (picture === null) return notices.inform("There is nothing on the stage yet.");
  const fileName = renameFile(`stage.${form}`, name === null ? null : `${name} stage`);
  try {
    if (form === "copy") {
      await copyImage(picture.toPng(extent));
      notices.inform("The picture is copied.");
    } else if (form === "png") {
      download(await picture.toPng(extent), fileName);
    } else {
      const content = new Blob([picture.toSvg(extent)], { type: "image/svg+xml" });
      download(content, fileName);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notices.fail(`The picture could not be made. ${reason}`);
  }
}

function copyImage(image: Promise<Blob>): Promise<void> {
  // Browsers give the clipboard only to pages that came encrypted, or from this machine.
  if (!("clipboard" in navigator) || !("ClipboardItem" in globalThis)) {
    throw new Error("This browser does not let the page copy images.");
  }
  return navigator.clipboard.write([new ClipboardItem({ "image/png": image })]);
}

/**
 * Puts a picture of the view in the stage's place while the page is printed, in light colours.
 *
 * Answers how to stop doing so.
 */
export function printStage(getStage: () => Stage | null, paper: HTMLElement): () => void {
  const { dataset } = document.documentElement;
  let theme: string | undefined;
  const before = (): void => {
    theme = dataset.theme;
    dataset.theme = "light";
    const stage = getStage();
    stage?.refreshTheme();
    const picture = stage?.takePicture();
    if (picture != null) paper.replaceChildren(picture.toCanvas("view"));
  };
  const after = (): void => {
    paper.replaceChildren();
    if (theme !== undefined) dataset.theme = theme;
    getStage()?.refreshTheme();
  };
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
}
