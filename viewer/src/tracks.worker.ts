/** Reads annotation beside the page: a file of a million lines takes its time. */
import { readTrack } from "./tracks-read";

// The page's types know no worker scope; this is the part of it that is used.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ file: Blob; name: string }>) => void;
  postMessage(message: unknown, transfer?: Transferable[]): void;
};

scope.onmessage = ({ data: { file, name } }) => {
  readTrack(file, name).then(
    (features) => {
      const columns = Object.values(features).filter((value) => ArrayBuffer.isView(value));
      scope.postMessage({ features }, columns.map(({ buffer }) => buffer as ArrayBuffer));
    },
    (error: unknown) => scope.postMessage({ trouble: error instanceof Error ? error.message : String(error) }),
  );
};
