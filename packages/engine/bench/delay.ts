/** A distant service: what a client sends arrives later, in order. A request costs the delay once, whatever its size. */
import { createServer, connect as dial, type Server, type Socket } from "node:net";

export class Delay implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The port of the service. */
  target = 0;

  private constructor(server: Server, port: number, delayMs: number) {
    this.port = port;
    this.#server = server;
    server.on("connection", (client) => this.#join(client, delayMs));
  }

  static async start(delayMs: number): Promise<Delay> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
    return new Delay(server, address.port, delayMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket, delayMs: number): void {
    const server = dial({ port: this.target, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.pipe(client);
    // Timers of one length end in the order in which they began.
    client.on("data", (piece: Buffer) =>
      setTimeout(() => void (server.destroyed || server.write(piece)), delayMs),
    );
    client.on("end", () => setTimeout(() => server.end(), delayMs));
    client.resume();
  }
}
