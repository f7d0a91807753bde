/**
 * Reads annotation as people have it, GFF3 (or GTF) and BED, plain or gzipped, from a file of theirs.
 * It never leaves this computer. What is no annotation is refused with its line.
 */
import type { Features } from "./features";

/** A file that is no annotation. */
export class TrackError extends Error {}

/** More features than this are left out, and counted. */
export const MOST_FEATURES = 2_000_000;
const LONGEST_LINE = 1 << 20;
/** Where a feature's name is found in GFF3: the first that it has. */
const NAMED_BY = ["Name", "gene_name", "gene", "locus_tag", "gene_id", "ID", "transcript_id"];
const OTHERS = /^(?:#|track\b|browser\b)/;
const STRANDS: Readonly<Record<string, number>> = { "+": 1, "-": -1, ".": 0, "?": 0, "": 0 };

type Bytes = Uint8Array<ArrayBuffer>;

/** An array that grows. */
class Growing<T extends Float64Array | Int32Array | Int8Array | Uint8Array | Uint16Array | Uint32Array> {
  count = 0;

  constructor(private values: T) {}

  push(value: number): void {
    if (this.count === this.values.length) this.room(1);
    this.values[this.count++] = value;
  }

  append(some: ArrayLike<number>): void {
    if (this.count + some.length > this.values.length) this.room(some.length);
    this.values.set(some, this.count);
    this.count += some.length;
  }

  all(): T {
    return this.values.slice(0, this.count) as T;
  }

  private room(more: number): void {
    const larger = new (this.values.constructor as new (length: number) => T)(2 * this.values.length + more);
    larger.set(this.values);
    this.values = larger;
  }
}

/** Words with their numbers, in the order in which they were met. */
class Numbered {
  readonly words: string[] = [];
  private readonly numbers = new Map<string, number>();

  number(word: string): number {
    const known = this.numbers.get(word);
    if (known !== undefined) return known;
    this.numbers.set(word, this.words.length);
    return this.words.push(word) - 1;
  }
}

interface Feature {
  readonly contig: string;
  readonly start: number;
  readonly end: number;
  readonly strand: number;
  readonly kind: string;
  readonly part: boolean;
  readonly name: string;
}

class Columns {
  private readonly contigs = new Numbered();
  private readonly kinds = new Numbered();
  private readonly contig = new Growing(new Int32Array(1024));
  private readonly start = new Growing(new Float64Array(1024));
  private readonly end = new Growing(new Float64Array(1024));
  private readonly strand = new Growing(new Int8Array(1024));
  private readonly kind = new Growing(new Uint16Array(1024));
  private readonly part = new Growing(new Uint8Array(1024));
  private readonly names = new Growing(new Uint8Array(16_384));
  private readonly nameStarts = new Growing(new Uint32Array(1024));
  private leftOut = 0;
  private readonly encoder = new TextEncoder();

  add({ contig, start, end, strand, kind, part, name }: Feature): void {
    if (this.contig.count >= MOST_FEATURES) {
      this.leftOut++;
      return;
    }
    this.contig.push(this.contigs.number(contig));
    this.start.push(start);
    this.end.push(end);
    this.strand.push(strand);
    this.kind.push(this.kinds.number(kind) & 0xffff);
    this.part.push(part ? 1 : 0);
    this.nameStarts.push(this.names.count);
    if (name !== "") this.names.append(this.encoder.encode(name));
  }

  all(): Features {
    this.nameStarts.push(this.names.count);
    return {
      count: this.contig.count,
      contigs: this.contigs.words,
      contig: this.contig.all(),
      start: this.start.all(),
      end: this.end.all(),
      strand: this.strand.all(),
      kinds: this.kinds.words,
      kind: this.kind.all(),
      part: this.part.all(),
      names: this.names.all(),
      nameStarts: this.nameStarts.all(),
      leftOut: this.leftOut,
      elsewhere: 0,
    };
  }
}

const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text);

function unescaped(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // it is no escape, then
  }
}

/** What the ninth column of GFF3 or GTF says: the name, and whether it is a part of another. */
function attributes(text: string, kind: string): { readonly name: string; readonly part: boolean } {
  const known = new Map<string, string>();
  const isGtf = !text.includes("=") && text.includes('"');
  if (isGtf) {
    for (const [, key, value] of text.matchAll(/([A-Za-z_][\w.-]*)\s+"([^"]*)"/g)) known.set(key, value);
  } else {
    for (const each of text.split(";")) {
      const at = each.indexOf("=");
      if (at > 0) known.set(each.slice(0, at).trim(), each.slice(at + 1).trim());
    }
  }
  const key = NAMED_BY.find((each) => (known.get(each) ?? "") !== "");
  const name = unescaped(known.get(key ?? "") ?? "");
  return { name, part: isGtf ? kind !== "gene" : known.has("Parent") };
}

/** Reads lines, one after another, into columns. */
export class TrackReader {
  private readonly columns = new Columns();
  private number = 0;
  private rest = "";
  private ended = false;
  private format: "gff" | "bed" | null = null;

  constructor(private readonly file: string) {}

  /** Read some more text; lines may be cut anywhere. */
  take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    if (this.rest.length > LONGEST_LINE) this.refuse("the line is too long for annotation; is this a text file?", 1);
    for (const line of lines) this.line(line);
  }

  /** All that was read. */
  done(): Features {
    if (this.rest !== "") this.line(this.rest);
    this.rest = "";
    return this.columns.all();
  }

  private line(given: string): void {
    this.number++;
    if (this.ended) return;
    const line = given.endsWith("\r") ? given.slice(0, -1) : given;
    if (line.startsWith("##FASTA") || (line.startsWith(">") && this.format !== "bed")) this.ended = true;
    if (this.ended || line === "" || OTHERS.test(line) || line.trim() === "") return;
    const words = line.includes("\t") ? line.split("\t") : line.trim().split(/\s+/);
    this.format ??= words.length === 9 && isNumber(words[3]) && isNumber(words[4]) && !isNumber(words[1]) ? "gff" : "bed";
    if (this.format === "gff") this.gff(words);
    else this.bed(words);
  }

  private gff(words: readonly string[]): void {
    if (words.length !== 9) this.refuse(`${words.length} columns where GFF3 has 9, separated by tabs`);
    const [contig, , kind, start, end, , strand, , ninth] = words;
    if (!isNumber(start) || !isNumber(end) || !(Number(start) >= 1 && Number(start) <= Number(end))) {
      this.refuse(`${start}-${end} is not a place; start and end are whole numbers in order, from 1`);
    }
    if (!(strand in STRANDS)) this.refuse(`${strand} is not a strand; it is +, -, . or ?`);
    const { name, part } = attributes(ninth, kind);
    this.columns.add({ contig: unescaped(contig), start: Number(start) - 1, end: Number(end), strand: STRANDS[strand], kind, part, name });
  }

  private bed(words: readonly string[]): void {
    if (words.length < 3) this.refuse("this is neither GFF3 nor BED: a line of BED has at least a name, a start and an end");
    const [contig, start, end, name = "", , strand = ""] = words.map((word) => word.trim());
    if (!isNumber(start) || !isNumber(end) || Number(start) > Number(end)) {
      this.refuse(`${start}-${end} is not a slice; start and end are whole numbers in order`);
    }
    if (!(strand in STRANDS)) this.refuse(`${strand} is not a strand; it is +, - or .`);
    const whole = { contig, strand: STRANDS[strand], name: name === "." ? "" : name };
    this.columns.add({ ...whole, start: Number(start), end: Number(end), kind: "feature", part: false });
    const blocks = blocksOf(words, Number(start), Number(end));
    if (blocks.length < 2) return;
    for (const [from, to] of blocks) this.columns.add({ ...whole, start: from, end: to, kind: "block", part: true });
  }

  private refuse(problem: string, ahead = 0): never {
    throw new TrackError(`${this.file}, line ${this.number + ahead}: ${problem}.`);
  }
}

/** The blocks of a line of BED with twelve columns; none where they make no sense. */
function blocksOf(words: readonly string[], start: number, end: number): [number, number][] {
  if (words.length < 12) return [];
  const [sizes, starts] = [words[10], words[11]].map((text) => text.split(",").filter((each) => each.trim() !== "").map(Number));
  const blocks = sizes.map((size, at): [number, number] => [start + starts[at], start + starts[at] + size]);
  const sound = blocks.length === Number(words[9]) && blocks.every(([from, to]) => from >= start && to <= end && from < to);
  return sound ? blocks : [];
}

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;
/** Blocks of gzip that say how long they are, as bgzip writes them (SAM specification, section 4.1). */
const isBgzf = (head: Uint8Array): boolean => isGzip(head) && (head[3] & 4) !== 0 && head[12] === 0x42 && head[13] === 0x43;

/** Bytes of blocks that are unpacked at once. */
const TOGETHER = 64;

async function inflated(bytes: Bytes, format: CompressionFormat): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What the blocks of bgzip hold: a browser's gzip ends with the first. */
async function* blocks(file: Blob): AsyncGenerator<Bytes> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const view = new DataView(bytes.buffer);
  let waiting: Promise<Bytes>[] = [];
  for (let at = 0; at + 18 <= bytes.length; ) {
    if (!isBgzf(bytes.subarray(at, at + 18))) throw new TypeError("a block is damaged");
    const size = view.getUint16(at + 16, true) + 1;
    if (at + size > bytes.length) throw new TypeError("the last block is cut");
    waiting.push(inflated(bytes.slice(at + 18, at + size - 8), "deflate-raw"));
    at += size;
    if (waiting.length < TOGETHER && at < bytes.length) continue;
    yield* await Promise.all(waiting);
    waiting = [];
  }
  yield* await Promise.all(waiting);
}

async function* pieces(file: Blob): AsyncGenerator<Bytes> {
  const head = new Uint8Array(await file.slice(0, 18).arrayBuffer());
  if (isBgzf(head)) {
    yield* blocks(file);
    return;
  }
  const stream = isGzip(head) ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** The features in a file. Raises TrackError for what is no annotation. */
export async function readTrack(file: Blob, name: string): Promise<Features> {
  const reader = new TrackReader(name);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const piece of pieces(file)) reader.take(decoder.decode(piece, { stream: true }));
    reader.take(decoder.decode());
  } catch (error) {
    if (error instanceof TrackError) throw error;
    throw new TrackError(`${name} cannot be read: it is no text, or its compression is damaged.`);
  }
  return reader.done();
}
