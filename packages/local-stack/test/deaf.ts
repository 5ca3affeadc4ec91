/** A program that does not listen when it is asked to end. */
process.on("SIGTERM", () => undefined);
setInterval(() => undefined, 60_000);
process.send?.("ready");
