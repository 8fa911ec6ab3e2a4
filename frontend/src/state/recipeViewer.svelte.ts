/** A recipe and the session that runs it: an edit is set, or opened anew, or drawn as far as it runs. */

import * as client from "../api/client";
import type { JsonObject } from "../api/client";
import { ApiError, isUnreachable, type Problem } from "../api/errors";
import type { SessionState as SessionSummary, WholeTape } from "../api/types";
import type { Place } from "../model/permalink";
import { changeBetween, isSameNetwork, type Spec, type SpecChange } from "../model/spec";
import { ActivityState } from "./activity.svelte";
import { Address } from "./address";
import { openRecording } from "./opening";
import { PartRequest } from "./partRequest";
import { RecipeState } from "./recipe.svelte";
import { SessionViewer, type Adoption } from "./sessionViewer.svelte";

/** The status with which the server refuses a spec. */
const REFUSED = 422;

export abstract class RecipeViewer extends SessionViewer {
  readonly activity = new ActivityState();
  readonly recipe = new RecipeState((spec) => void this.attempt(() => this.#apply(spec)));
  protected readonly address = new Address();
  readonly #partRequest = new PartRequest();

  get place(): Place {
    return {
      session: this.session.id,
      iteration: this.tape.iteration,
      event: this.tape.part?.stood.position ?? this.playhead.position,
      name: this.ownName,
    };
  }

  /** The name, where it is not the one that the server has. */
  protected get ownName(): string | null {
    const name = this.recipe.draft?.name ?? "";
    return name === this.session.name ? null : name;
  }

  protected meet(summary: SessionSummary, { place = null, edited = null }: Adoption): void {
    const spec = summary.spec as unknown as Spec;
    if (edited !== null) this.recipe.accept(spec, edited);
    else this.recipe.open(place?.name == null ? spec : { ...spec, name: place.name });
  }

  protected takeBack(problems: readonly Problem[]): void {
    this.recipe.takeBack(problems);
  }

  /** The spec has been edited: set what can be set, else open a session for it. */
  async #apply(spec: Spec): Promise<void> {
    const { applied } = this.recipe;
    if (applied === null) return;
    this.#partRequest.cancel();
    const isSame = isSameNetwork(applied, spec);
    try {
      await this.#realize(changeBetween(applied, spec), spec);
    } catch (error) {
      if (!(error instanceof ApiError) || isUnreachable(error)) throw error;
      this.recipe.refuse(error.problems);
      if (!isSame && error.status === REFUSED) await this.#drawPart(spec);
      else if (!isSame) this.showOutdated();
    }
    // A wrong learning rate leaves the network what it is.
    if (isSame) await this.#returnToSession();
  }

  /** Has the server do what makes the recipe's spec the one that runs. */
  async #realize(change: SpecChange, spec: Spec): Promise<void> {
    switch (change.kind) {
      case "nothing":
      case "name":
        // A name is only a label: it goes into the address, and along with the next session.
        this.recipe.accept(spec, spec);
        break;
      case "set":
        await this.session.send({ kind: "set", at_once: true, ...change.changes });
        this.recipe.accept(spec, spec);
        break;
      case "open":
        await this.#replaceSession(spec);
        break;
    }
  }

  /** Draws what can be run of a network that was refused, up to the layer at fault. */
  async #drawPart(spec: Spec): Promise<void> {
    try {
      const whole = await this.activity.run("Drawing what can be run", (signal) =>
        this.#partRequest.fetch(spec, signal),
      );
      if (this.recipe.draft === spec) this.#showPart(whole, spec);
    } catch (error) {
      if (this.recipe.draft === spec) this.showOutdated();
      // Refused once more: there is nothing that could be run.
      if (!(error instanceof ApiError) || error.status !== REFUSED) throw error;
    }
  }

  #showPart(whole: WholeTape, spec: Spec): void {
    const before = this.tape.current?.structure ?? null;
    this.playhead.pause();
    this.numbers.clear();
    this.tape.showPart(whole, spec, this.playhead);
    this.settle(before, "end");
  }

  /** No part of the recipe's network can be shown: it is the last one that worked. */
  protected showOutdated(): void {
    this.tape.outdated = true;
    this.#leavePart();
  }

  #leavePart(): void {
    const part = this.tape.leavePart();
    if (part !== null) this.settle(part.tape.structure, part.stood.position);
  }

  /** The recipe's network is the session's again, and so is the tape. */
  async #returnToSession(): Promise<void> {
    this.tape.outdated = false;
    if (!this.isAside) return;
    this.#leavePart();
    const { recorded } = this.session;
    const last = recorded.at(-1);
    const isKept = recorded.includes(this.tape.iteration ?? -1);
    if (last !== undefined && (this.training.followed || !isKept)) await this.showIteration(last);
  }

  async #replaceSession(spec: Spec): Promise<void> {
    await this.activity.run("Building the network", async (signal) => {
      const old = this.session.id;
      const request = { spec: spec as unknown as JsonObject };
      const summary = await openRecording(request, signal);
      if (old !== null) this.address.replaceSession(old);
      await this.adopt(summary, { isNew: true, edited: spec });
      this.address.replace(this.place);
      if (old !== null) await this.#delete(old);
    });
  }

  /** Deletes a session that nothing shows any more. */
  async #delete(id: string): Promise<void> {
    try {
      await client.deleteSession(id);
    } catch (error) {
      // The server evicts idle sessions by itself: a failure costs the person nothing.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
