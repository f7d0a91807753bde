/** What can be done with a contig, or with a pair of them: turn, hide, see alone, copy the name. */
import { type Arrangement, hide, turn, turnedWord } from "./arrange";
import type { MenuGroup, MenuItem } from "./menu";
import { type Axes, contigView, pairView } from "./places";
import type { Side } from "./region";
import type { View } from "./view";

/** The plot, as far as acts on contigs need it. */
export interface Acting extends Axes {
  readonly arrangement: Arrangement;
  readonly seen: View;
  arrange(arrangement: Arrangement): void;
  goTo(view: View): void;
  say(words: string): void;
  copy(text: string, done: string): void;
}

const other = (side: Side): Side => (side === "target" ? "query" : "target");

export class ContigActs {
  constructor(private readonly plot: Acting) {}

  /** Turn a contig, or turn it back. */
  turn(side: Side, contig: number): void {
    const { arrangement } = this.plot;
    const { name, reversed } = this.plot[side].contigs[contig];
    this.plot.arrange(turn(arrangement, this.word(side, contig)));
    this.plot.say(reversed ? `${name} runs forwards.` : `${name} is drawn reverse-complemented.`);
  }

  /** Take `count` contigs off their axis; the last ones stay. */
  hide(side: Side, contig: number, count = 1): void {
    const { contigs } = this.plot[side];
    if (count >= contigs.length) {
      this.plot.say(`${this.plot[side].name} needs a contig on its axis.`);
      return;
    }
    const words = Array.from({ length: count }, (_, more) => this.word(side, contig + more));
    const said = count === 1 ? `${contigs[contig].name} is hidden` : `${count} contigs are hidden`;
    this.plot.arrange(hide(this.plot.arrangement, words));
    this.plot.say(`${said}. The panel shows it again.`);
  }

  /** Leave only what matches nothing else than… one contig on its axis. */
  private only(side: Side, contig: number): void {
    const words = this.plot[side].contigs.flatMap((_, at) => (at === contig ? [] : [this.word(side, at)]));
    this.plot.arrange(hide(this.plot.arrangement, words));
  }

  /** The menu of the band of one or several contigs. */
  ofContig(side: Side, contig: number, count: number): MenuGroup[] {
    const { contigs } = this.plot[side];
    if (count > 1) {
      const see = (): void => this.plot.goTo(contigView(this.plot, this.plot.seen, side, contig, count));
      const items = [
        { words: "See them alone", act: see },
        { words: `Hide these ${count} contigs`, act: () => this.hide(side, contig, count) },
        this.copyNames(contigs.slice(contig, contig + count).map(({ name }) => name)),
      ];
      return [{ heading: `${count} contigs`, items }];
    }
    return [{ heading: contigs[contig].name, items: this.items(side, contig) }];
  }

  /** The menu of a place in the plot. */
  ofPair(target: number, query: number): MenuGroup[] {
    const go = (): void => this.plot.goTo(pairView(this.plot, target, query));
    const names = [this.plot.target.contigs[target].name, this.plot.query.contigs[query].name];
    return [
      { heading: "", items: [{ words: "See this pair alone", act: go }, this.copyNames(names)] },
      { heading: `${names[0]} (${this.plot.target.name})`, items: this.few("target", target) },
      { heading: `${names[1]} (${this.plot.query.name})`, items: this.few("query", query) },
    ];
  }

  private items(side: Side, contig: number): MenuItem[] {
    const see = (): void => this.plot.goTo(contigView(this.plot, this.plot.seen, side, contig));
    return [{ words: "See it alone", act: see }, ...this.few(side, contig), this.copyNames([this.plot[side].contigs[contig].name])];
  }

  private few(side: Side, contig: number): MenuItem[] {
    const { reversed } = this.plot[side].contigs[contig];
    return [
      { words: reversed ? "Turn it back" : "Reverse", act: () => this.turn(side, contig) },
      { words: "Hide", act: () => this.hide(side, contig) },
      { words: "Hide all others", act: () => this.only(side, contig) },
    ];
  }

  private copyNames(names: readonly string[]): MenuItem {
    const several = names.length > 1;
    const done = several ? "The names are copied." : "The name is copied.";
    return { words: several ? "Copy the names" : "Copy the name", act: () => this.plot.copy(names.join("\t"), done) };
  }

  /** A contig of an axis as the arrangement names it. */
  private word(side: Side, contig: number): string {
    const scene = this.plot.arrangement.swapped ? other(side) : side;
    return turnedWord(scene, this.plot[side].numbers[contig]);
  }
}
