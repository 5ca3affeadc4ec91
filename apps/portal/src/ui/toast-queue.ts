/** The queue of toasts. The region that shows them loads with the first one. */

export interface ToastInput {
  readonly title: string;
  readonly description?: string;
  readonly tone?: "ok" | "bad";
}

const listeners = new Set<() => void>();
let queue: readonly ToastInput[] = [];
let used = false;

/** Shows that something succeeded or failed. */
export function toast(input: ToastInput): void {
  queue = [...queue, input];
  used = true;
  for (const listener of listeners) listener();
}

/** Whether there ever was a toast. */
export function waitingToasts(): boolean {
  return used;
}

/** Takes all toasts out of the queue. */
export function takeToasts(): readonly ToastInput[] {
  const taken = queue;
  queue = [];
  return taken;
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
