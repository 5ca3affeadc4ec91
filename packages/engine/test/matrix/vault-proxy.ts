/** An HTTP proxy before the vault's storage account that refuses calls as the account does. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { OperationName, VaultCall } from "./operations.ts";

export type VaultFault = { readonly status: number; readonly code: string } | "drop" | "hang" | "lost answer";

interface Rule {
  readonly fault: VaultFault;
  hits: number;
}

export function isVaultCall(name: OperationName): name is VaultCall {
  return name.startsWith("vault.");
}

export class VaultProxy {
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #rules = new Map<VaultCall, Rule>();
  /** Every call that arrived. */
  readonly seen = new Set<VaultCall>();

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(target: number): Promise<VaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
    const proxy = new VaultProxy(server, address.port);
    server.on("request", (req: IncomingMessage, res: ServerResponse) => proxy.#answer(req, res, target));
    return proxy;
  }

  refuse(call: VaultCall, fault: VaultFault): void {
    this.#rules.set(call, { fault, hits: 0 });
  }

  hitsOf(call: VaultCall): number {
    return this.#rules.get(call)?.hits ?? 0;
  }

  /** Ends all refusals, or that of one call. */
  calm(call?: VaultCall): void {
    if (call === undefined) this.#rules.clear();
    else this.#rules.delete(call);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(req: IncomingMessage, res: ServerResponse, target: number): void {
    const call = callOf(req);
    this.seen.add(call);
    const rule = this.#rules.get(call);
    if (rule !== undefined) rule.hits++;
    const fault = rule?.fault ?? null;
    if (fault === "drop") return void res.destroy();
    if (fault === "hang") return void req.resume();
    if (fault !== null && fault !== "lost answer") {
      req.resume();
      res.writeHead(fault.status, { "x-ms-error-code": fault.code, "content-type": "application/xml" });
      const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${fault.code}</Code><Message>Refused.</Message></Error>`;
      return void res.end(req.method === "HEAD" ? "" : body);
    }
    const { method, url: path, headers } = req;
    const onward = forward({ host: "127.0.0.1", port: target, method, path, headers }, (answer) => {
      if (fault === "lost answer") {
        answer.resume();
        answer.on("end", () => res.destroy());
        return;
      }
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on("error", () => res.destroy());
    req.pipe(onward);
  }
}

function callOf({ method, url = "" }: IncomingMessage): VaultCall {
  if (method === "PUT") return "vault.put";
  if (method === "HEAD") return "vault.head";
  if (method === "DELETE") return "vault.delete";
  return /[?&]comp=list/.test(url) ? "vault.list" : "vault.get";
}
