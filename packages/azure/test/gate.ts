/** A gate in front of a local Azure: counts what passes, and answers in its place. */
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";

export interface GateAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a text that is sent as it is. */
  readonly body: unknown;
}

export interface SeenRequest {
  /** `METHOD /path`. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Gate extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Answers requests whose line matches, as long as there are answers; the others pass. */
  answer(line: RegExp, answers: readonly GateAnswer[]): void;
  /** Requests for a token so far. */
  tokenRequests(): number;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  incoming.on("data", (part: Buffer) => parts.push(part));
  await once(incoming, "end");
  return Buffer.concat(parts);
}

function pass(
  target: string,
  { incoming, body }: { incoming: IncomingMessage; body: Buffer },
  out: ServerResponse,
) {
  const { method, url = "/", headers } = incoming;
  const onward = request(`${target}${url}`, { method, headers }, (answer) => {
    out.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(out);
  });
  onward.on("error", () => out.destroy());
  onward.end(body);
}

/** Starts a gate in front of `target`. */
export async function startGate(target: string): Promise<Gate> {
  const seen: SeenRequest[] = [];
  const planned: { line: RegExp; answers: GateAnswer[] }[] = [];
  const handle = async (incoming: IncomingMessage, out: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const line = `${incoming.method} ${incoming.url}`;
    seen.push({ line, headers: incoming.headers, body: body.toString("utf8") });
    const answer = planned.find((one) => one.answers.length > 0 && one.line.test(line))?.answers.shift();
    if (answer === undefined) return pass(target, { incoming, body }, out);
    out.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    out.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
  };
  const server = createServer((incoming, out) => void handle(incoming, out));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The gate has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    answer: (line, answers) => planned.push({ line, answers: [...answers] }),
    tokenRequests: () => seen.filter(({ line }) => /oauth2\/(v2\.0\/)?token/.test(line)).length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
