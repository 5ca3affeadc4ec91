/** The state in memory and its file. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { LocalAzureError } from "../errors.ts";
import { emptyState, type State, stateSchema } from "./model.ts";

/**
 * The state and its one JSON file. A change happens in memory within one tick, so all readers see
 * it at the same instant. It is durable when `flush` resolves: written to a new file, synced,
 * renamed over the old one. Changes during a write share the next write.
 */
export class StateStore {
  readonly dataDir: string;
  readonly state: State;
  readonly #file: string;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closed = false;

  private constructor(dataDir: string, state: State) {
    this.dataDir = dataDir;
    this.state = state;
    this.#file = join(dataDir, "state.json");
  }

  /** Opens the state of a folder or creates one. @throws LocalAzureError `STATE_DAMAGED` */
  static async open(dataDir: string, tenantId: string): Promise<StateStore> {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const text = await readOptional(join(dataDir, "state.json"));
    if (text === undefined) {
      const store = new StateStore(dataDir, emptyState(tenantId));
      await store.flush();
      return store;
    }
    const parsed = stateSchema.safeParse(parseJson(text));
    if (!parsed.success) {
      throw new LocalAzureError(
        "STATE_DAMAGED",
        `${join(dataDir, "state.json")} is damaged or of another version`,
        {
          action: "Move the folder away; the next start creates an empty local Azure.",
          cause: parsed.error,
        },
      );
    }
    return new StateStore(dataDir, parsed.data);
  }

  /** Resolves when all changes so far are on disk. */
  flush(): Promise<void> {
    if (this.#closed)
      return Promise.reject(new LocalAzureError("STOPPED", "The local Azure has been stopped"));
    if (!this.#writing) {
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
      return this.#writing;
    }
    const current = this.#writing;
    this.#next ??= current
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.flush();
      });
    return this.#next;
  }

  /** Writes the last changes; later flushes are refused. */
  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
  }

  async #write(): Promise<void> {
    // One microtask later, so that the file has all changes of this tick.
    await Promise.resolve();
    await writeFileDurably(this.#file, JSON.stringify(this.state));
  }
}

/** Writes a file that only the owner can read. After a crash it has the old or the new content. */
export async function writeFileDurably(file: string, content: string): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

/** Reads a text file; undefined when it does not exist. */
export async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Parses JSON; undefined when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
