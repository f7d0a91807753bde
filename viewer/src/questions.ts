/** The questions a page asks of an engine, and who answers them: the worker and its understudy. */
import type { Arrangement } from "./arrange";
import type { Census } from "./census";
import { type Description, Engine, type Filter, type Hit, offscreen, type Painted, type Stroke } from "./engine";
import type { Colouring } from "./palette";
import type { Picture } from "./painter";
import type { Metadata } from "./scene";
import type { Size, View } from "./view";

export interface Questions {
  greet(): true;
  open(bytes: Uint8Array<ArrayBuffer>): Description;
  arrange(arrangement: Arrangement): Metadata;
  paint(picture: Picture, filter: Filter, colouring: Colouring): Painted;
  hit(view: View, size: Size, x: number, y: number, reach: number): Hit | null;
  near(view: View, filter: Filter, most: number): Hit[] | null;
  ribbons(picture: Picture, filter: Filter, colouring: Colouring): Painted;
  ribbonHit(view: View, width: number, x: number, share: number): Hit | null;
  strokes(view: View, size: Size, filter: Filter, colouring: Colouring, most: number): Stroke[];
  census(): Census;
}

export type Verb = keyof Questions;

/** Answers questions with one engine, which the first question must open. */
export class Answerer {
  private engine: Engine | null = null;

  answer<V extends Verb>(verb: V, words: Parameters<Questions[V]>): ReturnType<Questions[V]> {
    if (verb === "greet") return true as ReturnType<Questions[V]>;
    if (verb === "open") {
      const [bytes] = words as Parameters<Questions["open"]>;
      this.engine = new Engine(bytes, offscreen());
      return this.engine.description as ReturnType<Questions[V]>;
    }
    if (this.engine === null) throw new Error("The engine was asked before a scene was opened.");
    const method = this.engine[verb as Exclude<Verb, "open" | "greet">] as (
      ...args: Parameters<Questions[V]>
    ) => ReturnType<Questions[V]>;
    return method.apply(this.engine, words);
  }
}
