/** A program that ignores its parent and never ends. */
setInterval(() => undefined, 60_000);
