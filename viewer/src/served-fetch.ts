/** Fetching a scene from a server, with its progress; what goes wrong is told in the server's words. */
import { Refusal } from "./source";

type Bytes = Uint8Array<ArrayBuffer>;

/** What the server says of the scene's size, in bytes as they are unpacked. */
const SIZE = "X-Scene-Size";

/** Ask a server; raises a Refusal with its sentence. */
export async function askServer(address: string, options: RequestInit = {}): Promise<Response> {
  const headers = { Accept: "application/json, */*;q=0.5", ...options.headers };
  const response = await fetch(address, { credentials: "same-origin", ...options, headers });
  if (response.ok) return response;
  const sentence = await response
    .json()
    .then((problem: { detail?: string; title?: string }) => problem.detail ?? problem.title)
    .catch(() => undefined);
  throw new Refusal(response.status, sentence ?? `The server answered ${response.status}.`);
}

/** The bytes of a scene; `progress` hears the share that has come. */
export async function fetchScene(address: string, progress: (share: number) => void, signal?: AbortSignal): Promise<Bytes> {
  const response = await askServer(address, signal ? { signal } : {});
  const expected = Number(response.headers.get(SIZE) ?? 0);
  if (response.body === null || !(expected > 0)) return new Uint8Array(await response.arrayBuffer());
  let bytes: Bytes = new Uint8Array(expected);
  let filled = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, filled);
    if (filled + value.length > bytes.length) {
      const larger = new Uint8Array(Math.max(filled + value.length, Math.ceil(1.1 * bytes.length)));
      larger.set(bytes.subarray(0, filled));
      bytes = larger;
    }
    bytes.set(value, filled);
    filled += value.length;
    progress(Math.min(filled / expected, 1));
  }
}
