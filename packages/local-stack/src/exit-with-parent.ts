/**
 * Preloaded (`node --import`) into every Node child of the stack. The IPC channel to the parent closes when the parent ends
 * for any reason, SIGKILL included. The child then sends itself SIGTERM, and exits after a grace period.
 */
const GRACE_MS = 10_000;

if (process.channel !== undefined) {
  process.on("disconnect", () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // The listener keeps the channel open, which must not keep a finished child running.
  process.channel.unref();
}
