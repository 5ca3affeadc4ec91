/** Free ports of 127.0.0.1. */
import { createServer } from "node:net";
import { isErrno } from "./files.ts";

const LOOPBACK = "127.0.0.1";

/**
 * Returns a free port of 127.0.0.1: `wanted` when it is free, else one that the system picks. Another program may take it
 * before its use; callers that care retry.
 */
export async function freePort(wanted = 0): Promise<number> {
  if (wanted !== 0 && !(await portIsFree(wanted))) return freePort(0);
  return listenOnce(wanted);
}

/** Whether a listener can open this port of 127.0.0.1 now. */
export async function portIsFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return true;
  } catch (error) {
    if (isErrno(error, "EADDRINUSE") || isErrno(error, "EACCES")) return false;
    throw error;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      const address = server.address();
      const taken = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}
