/** A TCP proxy between the engine and one of its parts. It cuts, refuses, delays, and loses answers. */
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import type { Random } from "./random.ts";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export class Proxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** Set again when the part starts on another port. */
  target: number;
  /** Closes new connections at once. */
  refusing = false;
  /** Delays each piece in both directions. */
  delayMs = 0;
  #losing: Random | null = null;

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    this.target = target;
    server.on("connection", (client) => this.#join(client));
  }

  static async start(target: number): Promise<Proxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
    return new Proxy(server, address.port, target);
  }

  /** Ends all connections, as a broken network does. */
  cut(): void {
    for (const pair of this.#pairs) end(pair);
  }

  /** While set, one of four answers is thrown away and its connection ends: the part did what was asked, and the engine does not learn it. */
  loseAnswers(random: Random | null): void {
    this.#losing = random;
  }

  /** No connection is disturbed from now on. */
  calm(): void {
    this.refusing = false;
    this.delayMs = 0;
    this.#losing = null;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #join(client: Socket): void {
    if (this.refusing) {
      client.on("error", () => undefined);
      client.destroy();
      return;
    }
    const server = dial({ port: this.target, host: "127.0.0.1", noDelay: true });
    client.setNoDelay(true);
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#pairs.delete(pair);
        end(pair);
      });
    }
    this.#pass({ from: client, to: server, pair, isAnswer: false });
    this.#pass({ from: server, to: client, pair, isAnswer: true });
    client.resume();
  }

  #pass(way: { from: Socket; to: Socket; pair: Pair; isAnswer: boolean }): void {
    const { from, to, pair, isAnswer } = way;
    let queue = Promise.resolve();
    let waiting = 0;
    const send = (piece: Buffer): void => {
      if (to.destroyed || to.write(piece)) return;
      from.pause();
      to.once("drain", () => from.resume());
    };
    from.on("data", (piece: Buffer) => {
      if (isAnswer && this.#losing?.chance(0.25) === true) return end(pair);
      const { delayMs } = this;
      if (delayMs === 0 && waiting === 0) return send(piece);
      waiting++;
      queue = queue
        .then(() => new Promise<void>((resolve) => setTimeout(resolve, delayMs)))
        .then(() => send(piece))
        .finally(() => waiting--);
    });
    // What waits is sent before the end.
    from.on("end", () => void (queue = queue.then(() => void to.end())));
  }
}

function end({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}
