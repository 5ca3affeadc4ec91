/** A small connection pooler for tests: after each transaction a client's session goes back, and another client may take it. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Session {
  readonly socket: Socket;
  /** The client that uses it now. */
  client: Socket | null;
}

/** Starts the pooler in front of the server of `url`. `mode` is when a session goes back: with its client, or at each commit. */
export async function startPooler(
  url: string,
  mode: "session" | "transaction",
): Promise<AsyncDisposable & { readonly url: string }> {
  const target = new URL(url);
  const free: Session[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    const own = connect(Number(target.port), target.hostname);
    sockets.add(own);
    serve(client, { socket: own, client }, { free, mode });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function serve(
  client: Socket,
  own: Session,
  { free, mode }: { readonly free: Session[]; readonly mode: "session" | "transaction" },
): void {
  let session: Session | null = own;
  let waiting: Buffer[] = [];
  const attach = (): void => {
    if (session !== null) return;
    const next = free.pop();
    if (next === undefined) return void setTimeout(attach, 5);
    next.client = client;
    session = next;
    for (const piece of waiting.splice(0)) next.socket.write(piece);
  };
  client.on("data", (piece) => {
    if (session === null) {
      waiting.push(piece);
      attach();
    } else session.socket.write(piece);
  });
  client.on("error", () => undefined);
  client.on("close", () => {
    waiting = [];
    session?.socket.destroy();
  });
  own.socket.on("error", () => undefined);
  own.socket.on("close", () => own.client?.destroy());
  let isNew = true;
  let buffered: Buffer = Buffer.alloc(0);
  own.socket.on("data", (piece) => {
    buffered = Buffer.concat([buffered, piece]);
    while (buffered.length >= 5 && buffered.length >= 1 + buffered.readUInt32BE(1)) {
      const length = 1 + buffered.readUInt32BE(1);
      const message = Buffer.from(buffered.subarray(0, length));
      buffered = buffered.subarray(length);
      const kind = String.fromCharCode(message[0] ?? 0);
      // BackendKeyData: a pooler names its own number.
      if (kind === "K") message.writeUInt32BE(4_000_000 + Math.floor(Math.random() * 1e6), 5);
      const user = own.client;
      const isIdle = kind === "Z" && message[5] === "I".charCodeAt(0);
      if (isIdle && mode === "transaction") {
        own.client = null;
        // The session used last is the first to be used again; a new one waits below the others.
        if (isNew) free.unshift(own);
        else free.push(own);
        isNew = false;
        user?.emit("released");
      }
      user?.write(message);
    }
  });
  client.on("released", () => {
    session = null;
  });
}
