/** A program that ignores SIGTERM. */
process.on("SIGTERM", () => undefined);
setInterval(() => undefined, 60_000);
process.send?.("ready");
