/** Mounts the workbench and hands it what the first requests have opened. */

import { mount } from "svelte";
import App from "./App.svelte";
import type { Place } from "./model/permalink";
import type { Opening } from "./state/opening";
import { Workbench } from "./state/workbench.svelte";

export function startPage(place: Place, opening: Promise<Opening>): void {
  const target = document.getElementById("app");
  if (target === null) throw new Error("The document has no #app to mount in.");
  const workbench = new Workbench();
  mount(App, { target, props: { workbench } });
  void workbench.start(place, opening);
}
