/** An HTTPS proxy in front of a local Azure: the Azure CLI reaches it under Azure's own names, unchanged. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The names under which Azure CLI looks for Azure; every other name is refused. */
const names = [
  "management.azure.com",
  "login.microsoftonline.com",
  "login.windows.net",
  "graph.microsoft.com",
];

export interface Front extends AsyncDisposable {
  /** Value of HTTPS_PROXY. */
  proxyUrl: string;
  /** Path of the certificate that clients must trust. */
  caFile: string;
}

/**
 * Starts the proxy on 127.0.0.1. It ends TLS with a certificate that openssl makes in `dir` and
 * forwards requests with their Host header to `targetUrl`.
 */
export async function startFront(targetUrl: string, dir: string): Promise<Front> {
  const { key, cert, caFile } = await makeCertificate(dir);
  const tls = createTlsServer({ key, cert }, (req, res) => forward(targetUrl, req, res));
  const tlsPort = await listen(tls);
  const proxy = createServer((_req, res) => {
    res.statusCode = 405;
    res.end();
  });
  proxy.on("connect", (req, socket, head) => {
    const [host = ""] = (req.url ?? "").split(":");
    socket.on("error", () => socket.destroy());
    if (!names.includes(host)) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const upstream = connect(tlsPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
  });
  const proxyPort = await listen(proxy);
  const close = async (): Promise<void> => {
    for (const server of [proxy, tls]) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  };
  return { proxyUrl: `http://127.0.0.1:${proxyPort}`, caFile, [Symbol.asyncDispose]: close };
}

async function makeCertificate(dir: string): Promise<{ key: Buffer; cert: Buffer; caFile: string }> {
  const config = join(dir, "front.cnf");
  const [keyFile, caFile] = [join(dir, "front.key"), join(dir, "front.pem")];
  await writeFile(
    config,
    `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=local-azure front\n[ext]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature,keyCertSign\nsubjectKeyIdentifier=hash\nsubjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\n`,
  );
  await run("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-config",
    config,
    "-keyout",
    keyFile,
    "-out",
    caFile,
  ]);
  return { key: await readFile(keyFile), cert: await readFile(caFile), caFile };
}

function forward(targetUrl: string, req: IncomingMessage, res: ServerResponse): void {
  const { method, headers } = req;
  const onward = httpRequest(new URL(req.url ?? "/", targetUrl), { method, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on("error", () => {
    if (!res.headersSent) res.statusCode = 502;
    res.end();
  });
  req.pipe(onward);
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
