/**
 * A connection to an engine. The engine runs in a worker of its own, made from text inside the page
 * (so it works from a disk too); where a browser refuses that, it runs beside the page.
 */
import EngineWorker from "./engine.worker?worker&inline";
import type { Description } from "./engine";
import type { Answered, Asked } from "./engine.worker";
import type { Answerer, Questions, Verb } from "./questions";
import { SceneError } from "./scene";

export interface Connection {
  ask<V extends Verb>(verb: V, ...words: Parameters<Questions[V]>): Promise<ReturnType<Questions[V]>>;
  close(): void;
}

interface Waiting {
  readonly done: (answer: never) => void;
  readonly failed: (error: Error) => void;
}

class WorkerConnection implements Connection {
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<Answered>) => this.receive(data);
    worker.onerror = (event) => this.fail(new Error(event.message || "The plot's worker stopped."));
  }

  ask<V extends Verb>(verb: V, ...words: Parameters<Questions[V]>): Promise<ReturnType<Questions[V]>> {
    const number = ++this.last;
    return new Promise((done, failed) => {
      this.waiting.set(number, { done, failed });
      const asked: Asked = { number, verb, words };
      // The scene goes over whole and is not copied: it may be larger than all else.
      const moved = words.flatMap((word) => (word instanceof Uint8Array ? [word.buffer] : []));
      this.worker.postMessage(asked, moved);
    });
  }

  close(): void {
    this.worker.terminate();
    this.waiting.clear();
  }

  private receive(answered: Answered): void {
    const waiting = this.waiting.get(answered.number);
    this.waiting.delete(answered.number);
    if ("trouble" in answered) waiting?.failed(new SceneError(answered.trouble));
    else waiting?.done(answered.answer as never);
  }

  private fail(error: Error): void {
    for (const { failed } of this.waiting.values()) failed(error);
    this.waiting.clear();
  }
}

class LocalConnection implements Connection {
  constructor(private readonly answerer: Answerer) {}

  async ask<V extends Verb>(verb: V, ...words: Parameters<Questions[V]>): Promise<ReturnType<Questions[V]>> {
    return this.answerer.answer(verb, words);
  }

  close(): void {
    // Nothing runs elsewhere.
  }
}

/** An engine that is ready for a scene: it starts while the scene is still on its way. */
export async function startEngine(): Promise<Connection> {
  return (await greeted(startWorker())) ?? (await localConnection());
}

/**
 * A scene in an engine, `engine` or a new one; `bytes` are handed over. Raises SceneError for an
 * unsound scene.
 */
export async function openScene(
  bytes: Uint8Array<ArrayBuffer>,
  engine: Promise<Connection> = startEngine(),
): Promise<{ connection: Connection; description: Description }> {
  const connection = await engine;
  try {
    return { connection, description: await connection.ask("open", bytes) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** An engine beside the page; a server sends it only to browsers that refuse workers. */
async function localConnection(): Promise<Connection> {
  const { Answerer } = await import("./questions");
  return new LocalConnection(new Answerer());
}

/** A worker that answers; some browsers refuse one only when it is first asked. */
async function greeted(worker: Connection | null): Promise<Connection | null> {
  try {
    await worker?.ask("greet");
    return worker;
  } catch {
    worker?.close();
    return null;
  }
}

/** A worker may be refused at once; some browsers refuse it with its first error instead. */
function startWorker(): Connection | null {
  try {
    return new WorkerConnection(new EngineWorker());
  } catch {
    return null;
  }
}
