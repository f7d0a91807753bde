import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parsed, withResult, type Result } from "../site/results";
import { send, soFar } from "../site/upload";

const result = (plot: string): Result => ({ plot, title: plot, errand: "x", at: 1 });

describe("the plots of this browser", () => {
  it.each([null, "", "{", "{}", "7", '[{"plot": 3}]', "[null]"])("%s is no list of plots", (text) => {
    expect(parsed(text)).toEqual([]);
  });

  it("are read as they were written", () => {
    expect(parsed(JSON.stringify([result("a"), { plot: "b" }, result("c")]))).toEqual([result("a"), result("c")]);
  });

  it("are each there once, the newest first, and not for ever", () => {
    expect(withResult([result("a"), result("b")], result("b")).map(({ plot }) => plot)).toEqual(["b", "a"]);
    const many = Array.from({ length: 200 }, (_, number) => result(String(number)));
    expect(withResult(many, result("new"))).toHaveLength(200);
  });
});

describe("how much of a file was sent", () => {
  it.each([
    [0, 2000, 0, "0 B of 2.0 kB"],
    [1_500_000, 3_000_000, 1, "1.5 MB of 3.0 MB"],
    [1_000_000, 3_000_000, 10, "1.0 MB of 3.0 MB, 20 s left"],
    [1e9, 3e9, 100, "1.0 GB of 3.0 GB, 4 min left"],
    [1e9, 100e9, 100, "1.0 GB of 100.0 GB, 2.8 h left"],
    [5, 5, 9, "5 B of 5 B"],
  ])("%d of %d after %d s: %s", (received, size, seconds, words) => {
    expect(soFar(received, size, seconds)).toBe(words);
  });
});

describe("sending a file", () => {
  const PIECE = 8 << 20;
  let received = 0;
  let asked: string[] = [];
  let faults: (() => Response | null)[] = [];
  const size = 2 * PIECE + 5;
  const answer = (status: number, more: object = {}): Response =>
    new Response(JSON.stringify({ id: "word", given: "upload:word", received, complete: received === size, ...more }), { status });

  beforeEach(() => {
    [received, asked, faults] = [0, [], []];
    const kept = new Map<string, string>();
    vi.stubGlobal("document", { querySelector: () => ({ content: "proof" }) });
    vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
    vi.stubGlobal("setTimeout", (act: () => void) => queueMicrotask(act));
    vi.stubGlobal("fetch", async (address: string, options: RequestInit) => {
      const method = options.method ?? "GET";
      asked.push(`${method} ${address.replace("/api/v1/uploads", "")}`);
      expect((options.headers as Record<string, string>)["X-CSRF"]).toBe("proof");
      const fault = method === "PUT" ? faults.shift()?.() : undefined;
      if (fault) return fault;
      if (method === "PUT") received += (options.body as Blob).size;
      return answer(method === "POST" ? 201 : 200);
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const file = (): File => new File([new Uint8Array(size)], "a.fa", { lastModified: 1 });
  const gone = new AbortController().signal;

  it("sends it in pieces", async () => {
    const told: number[] = [];
    const upload = await send(file(), (count) => told.push(count), gone);
    expect(upload.complete).toBe(true);
    expect(asked).toEqual(["POST ", "PUT /word?offset=0", `PUT /word?offset=${PIECE}`, `PUT /word?offset=${2 * PIECE}`]);
    expect(told).toEqual([0, PIECE, 2 * PIECE, size]);
  });

  it("goes on after a fault where the server says it is", async () => {
    faults = [
      () => null,
      () => {
        received += 100; // a part of the piece arrived before the connection broke
        throw new TypeError("network");
      },
      () => answer(503, { detail: "later" }),
    ];
    await send(file(), () => undefined, gone);
    expect(asked.slice(2, 6)).toEqual([`PUT /word?offset=${PIECE}`, "GET /word", `PUT /word?offset=${PIECE + 100}`, "GET /word"]);
    expect(received).toBe(size);
  });

  it("does not insist on what is refused", async () => {
    faults = [() => answer(413, { detail: "too large" })];
    await expect(send(file(), () => undefined, gone)).rejects.toThrow("too large");
    expect(asked).toHaveLength(2);
  });

  it("goes on with what was begun before the page was loaded again", async () => {
    faults = [() => null, () => answer(413, { detail: "stop" })];
    await expect(send(file(), () => undefined, gone)).rejects.toThrow("stop");
    asked = [];
    await send(file(), () => undefined, gone);
    expect(asked.slice(0, 2)).toEqual(["GET /word", `PUT /word?offset=${PIECE}`]);
  });
});
