/** A program that knows nothing of its parent and would run for ever. */
setInterval(() => undefined, 60_000);
