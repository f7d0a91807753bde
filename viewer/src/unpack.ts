/**
 * Unpacking a scene: base64 and gzip are undone piece by piece, so that a scene of half a gigabyte
 * needs little more than itself, and so that people see how far it is.
 */
import { SceneError } from "./scene";

type Bytes = Uint8Array<ArrayBuffer>;

/** Called with the share that is done. */
export type Progress = (share: number) => void;

/** Characters decoded at once; a multiple of four. */
const PIECE = 1 << 22;
/** The last bytes of gzip hold the length of what was packed. */
const TRAILER = 4;
/** Gzip makes nothing smaller than by this. */
const MOST_GAIN = 1032;
/** No scene that a page can open is longer. */
const LONGEST = 2 ** 32;

const DAMAGED = "The scene in this page is damaged; please make the plot again.";
const CUT = "The scene is cut short or damaged; please make the plot again.";

/** Bytes of base64 text without white space. */
export function fromBase64(text: string): Bytes {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new SceneError(DAMAGED);
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The length that gzip's last bytes tell; what was packed in several parts is longer. */
function toldLength(end: Uint8Array, packed: number): number {
  const last = end.subarray(end.length - TRAILER);
  if (last.length < TRAILER) return 0;
  return Math.min(new DataView(last.buffer, last.byteOffset).getUint32(0, true), MOST_GAIN * packed);
}

/** Collects pieces into one array, which has the right length from the start if that was told. */
class Collected {
  private bytes: Bytes;
  private filled = 0;

  constructor(expected: number) {
    this.bytes = new Uint8Array(expected);
  }

  add(piece: Uint8Array): void {
    const needed = this.filled + piece.length;
    if (needed > this.bytes.length) {
      if (needed > LONGEST) throw new SceneError("The scene is too large for a page.");
      const larger = new Uint8Array(Math.max(needed, Math.min(2 * this.bytes.length, LONGEST)));
      larger.set(this.bytes.subarray(0, this.filled));
      this.bytes = larger;
    }
    this.bytes.set(piece, this.filled);
    this.filled = needed;
  }

  all(): Bytes {
    return this.filled === this.bytes.length ? this.bytes : this.bytes.slice(0, this.filled);
  }
}

/** What gzipped pieces hold. */
async function gunzipped(pieces: Iterable<Bytes>, expected: number): Promise<Bytes> {
  const stream = new DecompressionStream("gzip");
  const collected = new Collected(expected);
  const collecting = collect(stream.readable.getReader(), collected);
  // Both ends hear of damage: it is told once, by whoever reads.
  const writing = feed(stream.writable.getWriter(), pieces);
  const [read, written] = await Promise.allSettled([collecting, writing]);
  for (const end of [written, read]) {
    if (end.status === "rejected") throw end.reason instanceof SceneError ? end.reason : new SceneError(CUT);
  }
  return collected.all();
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>, into: Collected): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    into.add(value);
  }
}

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, pieces: Iterable<Bytes>): Promise<void> {
  try {
    for (const piece of pieces) {
      await writer.ready;
      await writer.write(piece);
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

/** Undo gzip when the bytes are gzipped; other bytes are answered as they are. */
export async function plain(bytes: Bytes): Promise<Bytes> {
  return isGzip(bytes) ? gunzipped([bytes], toldLength(bytes, bytes.length)) : bytes;
}

function* decoded(texts: readonly string[], progress: Progress): Generator<Bytes> {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  let done = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length; at += PIECE) {
      progress(done / length);
      const piece = text.slice(at, at + PIECE);
      yield fromBase64(piece);
      done += piece.length;
    }
  }
}

/**
 * The scene in base64 text, gzipped or not; white space around it is ignored. A long one is in several
 * texts, of which all but the last have whole groups of four letters.
 */
export async function unpacked(pieces: readonly string[], progress: Progress = () => undefined): Promise<Bytes> {
  const texts = pieces.map((text) => text.trim()).filter((text) => text !== "");
  const first = fromBase64(texts[0]?.slice(0, 8) ?? "");
  const packed = texts.reduce((sum, text) => sum + text.length, 0);
  if (!isGzip(first)) return fromBase64(texts.join(""));
  const end = texts.slice(-2).map((text) => text.slice(-8)).join("").slice(-8);
  return gunzipped(decoded(texts, progress), packed % 4 === 0 ? toldLength(fromBase64(end), packed) : 0);
}
