import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SceneError } from "../src/scene";
import { readScene } from "../src/scene-read";
import { fromBase64, plain, unpacked } from "../src/unpack";
import { metadata, sceneBytes } from "./scenes";

describe("reading a scene", () => {
  it("gives contigs, axes and columns", () => {
    const scene = readScene(sceneBytes([{ t: [0, 10], q: [0, 9] }, { t: [100, 400] }, { t: [5, 50], q: [5, 90], identity: 0.5 }]));
    expect(scene.target.length).toBe(1500);
    expect(scene.query.contigs[1].reversed).toBe(true);
    expect([...scene.matches.targetStart]).toEqual([0, 100, 5]);
    expect([...scene.matches.identity]).toEqual([1, 1, 0.5]);
  });

  it("takes a scene without matches", () => {
    expect(readScene(sceneBytes([])).matches.count).toBe(0);
  });

  it.each([
    ["is no Arrow document", () => new TextEncoder().encode("hello, this is no scene")],
    ["version 2, not 3", () => sceneBytes([], metadata({ version: 3 }))],
    ["is not JSON", () => sceneBytes([], "{")],
    ["names no contigs of the target", () => sceneBytes([], metadata({ target: { name: "a", contigs: [] } }))],
    ["no sensible length", () => sceneBytes([], metadata({ query: { name: "b", contigs: [{ name: "c", length: -1 }] } }))],
    ["outside the contigs of a", () => sceneBytes([{ t: [900, 1001] }])],
    ["outside the contigs of b", () => sceneBytes([{ query: 2 }])],
    ["outside the contigs of a", () => sceneBytes([{ t: [NaN, 10] }])],
    ["outside the contigs of a", () => sceneBytes([{ target: -1 }])],
  ])("refuses what %s", (sentence, bytes) => {
    expect(() => readScene(bytes())).toThrow(SceneError);
    expect(() => readScene(bytes())).toThrow(sentence);
  });
});

describe("unpacking", () => {
  it("undoes base64 and gzip", async () => {
    const packed = gzipSync("scene").toString("base64");
    expect(new TextDecoder().decode(await unpacked([`\n ${packed} \n`]))).toBe("scene");
    expect(new TextDecoder().decode(await unpacked([btoa("plain scene")]))).toBe("plain scene");
  });

  it("joins the texts of a long one", async () => {
    const packed = gzipSync("a scene in several texts").toString("base64");
    for (const cut of [4, 12, packed.length - 4]) {
      const bytes = await unpacked([packed.slice(0, cut), `\n${packed.slice(cut)}`]);
      expect(new TextDecoder().decode(bytes)).toBe("a scene in several texts");
    }
  });

  it("goes piece by piece through a large one, of several parts too", async () => {
    const large = Buffer.alloc(9_000_000, "ACGTTGCAAT");
    const shares: number[] = [];
    const noise = Buffer.from(Array.from({ length: 5_000_000 }, (_, n) => (n * n * 31) % 251));
    const packed = Buffer.concat([gzipSync(large), gzipSync(noise, { level: 0 })]).toString("base64");
    const bytes = await unpacked([packed], (share) => shares.push(share));
    expect(bytes.length).toBe(14_000_000);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares.every((share, n) => share < 1 && share >= (shares[n - 1] ?? 0))).toBe(true);
  });

  it("leaves plain bytes as they are", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await plain(bytes)).toBe(bytes);
  });

  it("says when the bytes are cut short or are no base64", async () => {
    const cut = new Uint8Array(gzipSync("a scene that is long enough to be cut").subarray(0, 20));
    await expect(plain(cut)).rejects.toThrow("cut short");
    await expect(unpacked([Buffer.from(cut).toString("base64")])).rejects.toThrow("cut short");
    await expect(unpacked(["H4sI¡no!"])).rejects.toThrow(SceneError);
    expect(() => fromBase64("¡no!")).toThrow(SceneError);
  });
});
