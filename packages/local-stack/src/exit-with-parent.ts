/**
 * Preloaded (`node --import`) into every Node child of the stack. The child holds an IPC channel to its parent; when the
 * parent is gone, however it died, the channel closes and the child ends: first as if asked to, then for certain.
 */
const GRACE_MS = 10_000;

if (process.channel !== undefined) {
  process.on("disconnect", () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // Listening keeps the channel open, but must not keep a finished child alive.
  process.channel.unref();
}
