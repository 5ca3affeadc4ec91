/** Runs a call of a store and turns its error into the store's own. */

/** @throws what `toError` makes of the error */
export async function guard<T>(work: () => Promise<T>, toError: (error: unknown) => Error): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toError(error);
  }
}
