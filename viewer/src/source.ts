/**
 * Where a plot gets what is not in its scene: alignments base by base, the bases themselves,
 * annotation that a server has. A page from a disk has none of it; it is the same page.
 *
 * Places are named by contig and coordinate, never by axis position: however the axes are arranged
 * at the moment, the question and its answer stay true.
 */
import type { Features } from "./features";
import type { Side } from "./region";

/** A stretch of a contig: 0-based, half-open, on its forward strand. */
export interface Stretch {
  readonly contig: string;
  readonly start: number;
  readonly end: number;
}

/** What is looked at of the plot's genomes, which are target and query as the plot was made. */
export interface Looked {
  readonly target: readonly Stretch[];
  readonly query: readonly Stretch[];
}

/** A match, and what the server knows of its alignment there. */
export interface AlignmentText {
  readonly target: Stretch;
  readonly query: Stretch;
  readonly strand: number;
  /** Operations of the part that was asked for: `=`, `X`, `M`, `I`, `D`, each after its length. */
  readonly cigar: string;
  /** Where that part begins: on the target, and on the query, which a match with strand -1 meets from its end. */
  readonly from: readonly [target: number, query: number];
}

export interface Details {
  readonly alignments: readonly AlignmentText[];
  /** Not everything there was told: it is too much. */
  readonly cut: boolean;
}

/** A file of annotation that a server has. */
export interface TrackFile {
  readonly id: string;
  readonly side: Side;
  readonly name: string;
  /** The release it is of. */
  readonly from: string;
  /** Bytes. */
  readonly size: number;
}

export interface PlotSource {
  /** The alignments of the matches there; null where nobody knows any. */
  details(looked: Looked): Promise<Details | null>;
  /** The bases of a stretch, on the forward strand; null where nobody has them. */
  bases(side: Side, stretch: Stretch): Promise<string | null>;
  tracks(): Promise<TrackFile[]>;
  /** What is in a file of annotation. Raises an Error that says why it cannot be had. */
  track(file: TrackFile): Promise<Features>;
}

/** The page from a disk: nobody to ask. */
export const offline: PlotSource = {
  details: () => Promise.resolve(null),
  bases: () => Promise.resolve(null),
  tracks: () => Promise.resolve([]),
  track: () => Promise.reject(new Error("This page has no server to ask.")),
};

/** Bases that a server answers at once. */
export const MOST_BASES = 5000;

const regionText = ({ contig, start, end }: Stretch): string => `${contig}:${Math.floor(start)}-${Math.ceil(end)}`;

/** The sentence a server refuses with. */
async function refusal(response: Response): Promise<string> {
  try {
    const { detail, title } = (await response.json()) as { detail?: unknown; title?: unknown };
    if (typeof detail === "string") return detail;
    if (typeof title === "string") return title;
  } catch {
    // It is no document of ours: a proxy answered.
  }
  return `The server answered ${response.status}.`;
}

async function asked(url: URL): Promise<Response> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Refusal(response.status, await refusal(response));
  return response;
}

/** A server said no, and why. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

/** A server that has the plot at `base`, an address without a slash at its end. */
export function serverSource(base: string): PlotSource {
  const at = (path: string): URL => new URL(`${base}/${path}`, location.href);
  return {
    async details(looked) {
      const url = at("details");
      for (const side of ["target", "query"] as const) {
        for (const stretch of looked[side]) url.searchParams.append(side, regionText(stretch));
      }
      return (await (await asked(url)).json()) as Details | null;
    },
    async bases(side, { contig, start, end }) {
      const url = at("bases");
      const words = { side, contig, start: String(start), end: String(end) };
      for (const [name, value] of Object.entries(words)) url.searchParams.set(name, value);
      return (await asked(url)).text();
    },
    async tracks() {
      const { items } = (await (await asked(at("tracks"))).json()) as { items: TrackFile[] };
      return items;
    },
    async track({ id }) {
      const response = await asked(at(`tracks/${encodeURIComponent(id)}`));
      // Only who looks at a server's annotation needs its reader.
      const { readFeatures } = await import("./features-read");
      return readFeatures(new Uint8Array(await response.arrayBuffer()));
    },
  };
}
