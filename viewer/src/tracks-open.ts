/** Opens a person's file of annotation: in a worker, or beside the page where that is refused. */
import type { Features } from "./features";
import { readTrack, TrackError } from "./tracks-read";
import TracksWorker from "./tracks.worker?worker&inline";

type Answer = { readonly features: Features } | { readonly trouble: string };

function started(): Worker | null {
  try {
    return new TracksWorker();
  } catch {
    return null;
  }
}

/** The features of a file. Raises TrackError for what is no annotation. */
export async function openTrack(file: File): Promise<Features> {
  const worker = started();
  if (worker === null) return readTrack(file, file.name);
  try {
    const answer = await new Promise<Answer | null>((done) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => done(data);
      worker.onerror = () => done(null);
      worker.postMessage({ file, name: file.name });
    });
    if (answer === null) return await readTrack(file, file.name);
    if ("trouble" in answer) throw new TrackError(answer.trouble);
    return answer.features;
  } finally {
    worker.terminate();
  }
}
