/** The engine's own thread: one message is one question, one message back is its answer. */
import { Answerer, type Questions, type Verb } from "./questions";

export interface Asked {
  readonly number: number;
  readonly verb: Verb;
  readonly words: Parameters<Questions[Verb]>;
}

export type Answered =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly trouble: string };

const answerer = new Answerer();

// The page's types know no worker scope; this is the part of it that is used.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Asked>) => void;
  postMessage(message: Answered, transfer: Transferable[]): void;
};

scope.onmessage = ({ data: { number, verb, words } }) => {
  try {
    const answer = answerer.answer(verb, words);
    const moved = typeof answer === "object" && answer !== null && "bitmap" in answer ? [answer.bitmap] : [];
    scope.postMessage({ number, answer }, moved);
  } catch (error) {
    scope.postMessage({ number, trouble: error instanceof Error ? error.message : String(error) }, []);
  }
};
