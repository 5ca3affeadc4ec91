/** Shared by the fuzz tests: what can happen to bytes, and what a reader may answer. */
import { isKluisError } from "@kluis/domain";
import type { GetOptions } from "../src/store/port.ts";
import { MemoryStore } from "./memory-store.ts";

/** Remembers the longest answer that a reader was ready to take. */
export class MeasuredStore extends MemoryStore {
  longest = 0;

  override async get(name: string, options: GetOptions): Promise<Uint8Array> {
    const answer = await super.get(name, options);
    this.longest = Math.max(this.longest, answer.length);
    return answer;
  }
}

const expected = [
  "VAULT_DATA_DAMAGED",
  "VAULT_OBJECT_MISSING",
  "VAULT_NOT_INITIALISED",
  "VAULT_VERSION_UNSUPPORTED",
  "VAULT_KEY_WRONG",
] as const;

/** True when it succeeds or says what is wrong with the vault; every other error is a fault of the reader. */
export async function isAnswered(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (expected.some((code) => isKluisError(error, code))) return true;
    throw error;
  }
}

export interface Sample {
  readonly bytes: Buffer;
  /** Another structure of the same kind. */
  readonly other: Buffer;
  /** Positions of lengths and counts, which are made as large as they go. */
  readonly lengths?: readonly number[];
}

/** A structure with everything that can happen to it, each with a name. */
export function* changed({ bytes, other, lengths = [] }: Sample): Generator<readonly [string, Buffer]> {
  const places = [0, 0.03, 0.2, 0.5, 0.8, 1].map((part) => Math.floor(part * (bytes.length - 1)));
  for (const at of new Set([...places, ...lengths])) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x41;
    yield [`flip ${at}`, flipped];
    yield [`cut ${at}`, bytes.subarray(0, at)];
  }
  yield ["swap", other];
  yield ["duplicate", Buffer.concat([bytes, bytes])];
  const half = bytes.length >> 1;
  yield ["duplicate half", Buffer.concat([bytes, bytes.subarray(half)])];
  for (const at of new Set([0, half, Math.max(0, bytes.length - 4), ...lengths]))
    for (const width of [1, 2, 4]) {
      const inflated = Buffer.from(bytes);
      yield [`inflate ${width} at ${at}`, inflated.fill(0xff, at, Math.min(bytes.length, at + width))];
    }
}
