/** The time limit of one request to a store. */

export class TimeLimit implements Disposable {
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal, ms: number) {
    this.#signal = AbortSignal.any([signal, this.#abort.signal]);
    this.restart(ms);
  }

  /** Ends the request: the caller canceled it, or it is late. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  get isLate(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Measures again from now: the answer has begun, and its size is known. */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
