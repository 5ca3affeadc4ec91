import { createServer } from "node:net";
import { isErrno } from "./files.ts";

const LOOPBACK = "127.0.0.1";

/**
 * A port of 127.0.0.1 that nobody listens on: `wanted` when it is free, else one that the system picks.
 * Between here and its use another program may take it; callers that care try again.
 */
export async function freePort(wanted = 0): Promise<number> {
  if (wanted !== 0 && !(await portIsFree(wanted))) return freePort(0);
  return listenOnce(wanted);
}

/** Whether a port of 127.0.0.1 could be listened on right now. */
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
