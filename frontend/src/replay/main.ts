/** The entry of the one-file replay: the page, and the recordings that the file carries. */

import "../styles/theme.css";
import "../styles/base.css";
import "../styles/controls.css";
import "../styles/plotly.css";
import "../styles/workbench.css";
import "../styles/print.css";
import { mount } from "svelte";
import type { ReplayDocument } from "../api/types";
import { readBlock } from "./fileBlocks";
import { Replay } from "./replay.svelte";
import ReplayPage from "./ReplayPage.svelte";
import { readReplayPlace } from "./replayPlace";

async function start(target: HTMLElement): Promise<void> {
  const replay = new Replay(JSON.parse(await readBlock("replay-document")) as ReplayDocument);
  mount(ReplayPage, { target, props: { replay } });
  await replay.goTo(readReplayPlace(location.hash));
}

const target = document.getElementById("app");
if (target !== null) {
  start(target).catch((error: unknown) => {
    target.textContent =
      `This replay cannot be shown: ${String(error)} ` +
      "The file may be incomplete, or this browser too old for it.";
  });
}
