/**
 * Tracks are annotation laid along the axes: a file's features, which of its kinds are shown, and along
 * which genome. The shelf has those of one plot, whatever way its axes are arranged.
 */
import { type Features, nameOf } from "./features";
import type { Side } from "./region";

export interface Kind {
  readonly name: string;
  readonly count: number;
  readonly shown: boolean;
  /** A place in the list of colours. */
  readonly colour: number;
}

export interface Track {
  readonly key: number;
  readonly title: string;
  /** Where it is from: a release, or nothing for a person's own file. */
  readonly from: string;
  /** What a server calls it; "" for a person's own. */
  readonly id: string;
  /** The genome it is laid along, as the plot was made. */
  readonly side: Side;
  readonly features: Features;
  /** In the order of the file's kinds. */
  readonly kinds: readonly Kind[];
}

/** Tracks along one genome. */
export const MOST_TRACKS = 5;
/** Kinds that cover all there is, and so tell nothing. */
const GROUND = new Set(["region", "chromosome", "contig", "scaffold", "supercontig", "biological_region", "source"]);

/** The kinds of features: wholes are shown at first, parts of others and what covers everything are not. */
export function kindsOf(features: Features): Kind[] {
  const counts = new Uint32Array(features.kinds.length);
  const wholes = new Uint32Array(features.kinds.length);
  for (let at = 0; at < features.count; at++) {
    counts[features.kind[at]]++;
    wholes[features.kind[at]] += 1 - features.part[at];
  }
  const order = [...counts.keys()].sort((a, b) => Number(wholes[b] > 0) - Number(wholes[a] > 0) || counts[b] - counts[a]);
  const telling = (kind: number): boolean => wholes[kind] > 0 && !GROUND.has(features.kinds[kind]);
  const any = order.some(telling);
  return features.kinds.map((name, kind) => ({
    name,
    count: counts[kind],
    shown: any ? telling(kind) : true,
    colour: order.indexOf(kind),
  }));
}

/** A feature of a track. */
export interface Found {
  readonly track: Track;
  readonly feature: number;
}

let keys = 0;

export class TrackShelf {
  tracks: readonly Track[] = [];
  private readonly listeners = new Set<() => void>();

  /** Be told of every change until what is answered is called. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  along(side: Side): readonly Track[] {
    return this.tracks.filter((track) => track.side === side);
  }

  /** Is there room for one more? */
  hasRoom(side: Side): boolean {
    return this.along(side).length < MOST_TRACKS;
  }

  add(title: string, side: Side, features: Features, from = "", id = ""): Track {
    const track = { key: ++keys, title, from, id, side, features, kinds: kindsOf(features) };
    this.change([...this.tracks, track]);
    return track;
  }

  remove(key: number): void {
    this.change(this.tracks.filter((track) => track.key !== key));
  }

  /** Lay a track along the other genome. */
  move(key: number, side: Side): void {
    this.change(this.tracks.map((track) => (track.key === key ? { ...track, side } : track)));
  }

  /** Show a kind of a track's features, or do not. */
  show(key: number, name: string, shown: boolean): void {
    const changed = (track: Track): Track => ({
      ...track,
      kinds: track.kinds.map((kind) => (kind.name === name ? { ...kind, shown } : kind)),
    });
    this.change(this.tracks.map((track) => (track.key === key ? changed(track) : track)));
  }

  /** Features that have a text in their names, at most so many; those whose whole name it is come first. */
  find(text: string, most: number): Found[] {
    const wanted = lowered(new TextEncoder().encode(text.trim()));
    if (wanted.length === 0) return [];
    const found = this.tracks.flatMap((track) => search(track.features, wanted, 4 * most).map((feature) => ({ track, feature })));
    const length = ({ track, feature }: Found): number => nameOf(track.features, feature).length;
    const whole = ({ track, feature }: Found): number => track.features.part[feature];
    return found.sort((a, b) => length(a) - length(b) || whole(a) - whole(b)).slice(0, most);
  }

  private change(tracks: readonly Track[]): void {
    this.tracks = tracks;
    for (const listener of this.listeners) listener();
  }
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);

const lowered = (bytes: Uint8Array): Uint8Array => bytes.map(lower);

/** Features whose names have some bytes in them, in upper or lower case. */
function search({ names, nameStarts, count }: Features, wanted: Uint8Array, most: number): number[] {
  const found: number[] = [];
  const first = wanted[0];
  let feature = 0;
  const last = names.length - wanted.length;
  for (let at = 0; at <= last && found.length < most; at++) {
    if (lower(names[at]) !== first) continue;
    let same = 1;
    while (same < wanted.length && lower(names[at + same]) === wanted[same]) same++;
    if (same < wanted.length) continue;
    while (feature < count && nameStarts[feature + 1] <= at) feature++;
    if (at + wanted.length > nameStarts[feature + 1]) continue;
    found.push(feature);
    at = nameStarts[feature + 1] - 1;
  }
  return found;
}
