/** A strict local Azure as `local-azure serve` starts it, and plain HTTP calls to it. */
import { createHash } from "node:crypto";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startServed } from "../../src/cli/serve.ts";
import { CONTOSO_TENANT_ID, FABRIKAM_TENANT_ID } from "../../src/entra/directory.ts";
import { CONTOSO_SUBSCRIPTION_ID } from "../../src/fleet/constants.ts";
import { type LocalAzure, LocalAzureControl } from "../../src/index.ts";

export const SUB = CONTOSO_SUBSCRIPTION_ID;
export const RG = "cases-rg";
export const REGION = "westeurope";
const MIB = 1024 * 1024;
/** Size of a disk of a seeded VM, in bytes. */
export const DISK_BYTES = 32 * MIB;
/** Newest versions that the pinned SDK sends. */
const versions = { compute: "2026-04-01", disks: "2026-03-02", resources: "2022-09-01" } as const;

const secretsSchema = z.object({
  clientIds: z.record(z.string(), z.string()),
  clientSecrets: z.record(z.string(), z.string()),
});
const tokenSchema = z.object({ access_token: z.string() });

/** JSON that a case looks into. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

export interface Call {
  /** `owner` unless said otherwise; `none`: no header. */
  as?: string;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  text?: string;
  headers?: Record<string, string>;
  version?: string;
}

/** Value at a path of an answer's body: `at(answer, "properties.source.id")`. */
export function at(from: Answer | Json, path: string): Json | undefined {
  let value: Json | undefined = isAnswer(from) ? from.json : from;
  for (const key of path.split(".")) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (typeof value === "object" && value !== null) value = value[key];
    else return undefined;
  }
  return value;
}

function isAnswer(value: Answer | Json): value is Answer {
  return (
    typeof value === "object" && value !== null && "headers" in value && value.headers instanceof Headers
  );
}

/** The fields of an answer that is an object. */
export function fieldsOf({ json }: Answer): { [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
}

/** Names of the members of an answer's part, in order of the alphabet. */
export const namesAt = (from: Answer, path: string): string[] => {
  const value = at(from, path);
  return Object.keys(typeof value === "object" && value !== null ? value : {}).sort();
};
export const output = (status: Answer): Json | undefined => at(status, "properties.output");
export const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
export const errorCode = (answer: Answer): string => text(at(answer, "error.code"));
export const message = (answer: Answer): string => text(at(answer, "error.message"));

/** The server of one kind of cases. */
export class Azure {
  readonly #server: LocalAzure;
  readonly #secrets: z.infer<typeof secretsSchema>;
  readonly #tokens = new Map<string, string>();
  readonly dir: string;
  readonly url: string;
  readonly control: LocalAzureControl;

  private constructor(server: LocalAzure, dir: string, parts: { endpoint: string; secrets: string }) {
    this.#server = server;
    this.dir = dir;
    const endpoint = z
      .object({ url: z.string(), controlToken: z.string() })
      .parse(JSON.parse(parts.endpoint));
    this.url = endpoint.url;
    this.control = new LocalAzureControl(endpoint);
    this.#secrets = secretsSchema.parse(JSON.parse(parts.secrets));
  }

  /** Starts what `local-azure serve --empty` runs, with default settings, and makes the group of the cases. */
  static async start(): Promise<Azure> {
    const dir = await mkdtemp(join(tmpdir(), "local-azure-cases-"));
    const data = join(dir, "data");
    const server = await startServed({ dataDir: data, port: 0, empty: true });
    const endpoint = await readFile(join(data, "endpoint.json"), "utf8");
    const secrets = await readFile(join(data, "entra", "secrets.json"), "utf8");
    const azure = new Azure(server, dir, { endpoint, secrets });
    const group = await azure.put(`/subscriptions/${SUB}/resourceGroups/${RG}`, {
      body: { location: REGION },
    });
    if (group.status !== 201) throw new Error(`The group of the cases: ${group.text}`);
    return azure;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** A token of an app by client credentials; the audience is Resource Manager's. */
  async token(app: string, scope = "https://management.azure.com/.default"): Promise<string> {
    const key = `${app} ${scope}`;
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    const { clientIds, clientSecrets } = this.#secrets;
    const tenant = app.startsWith("fabrikam") ? FABRIKAM_TENANT_ID : CONTOSO_TENANT_ID;
    const response = await fetch(`${this.url}/${tenant}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientIds[app] ?? "",
        client_secret: clientSecrets[app] ?? "",
        scope,
      }),
    });
    const { access_token } = tokenSchema.parse(await response.json());
    this.#tokens.set(key, access_token);
    return access_token;
  }

  /** Tokens live for an hour of the local clock. */
  async advance(seconds: number): Promise<void> {
    await this.control.advanceClock(seconds * 1000);
    if (seconds > 600) this.#tokens.clear();
  }

  /** A call to ARM. A path that names no api-version gets its type's newest one. */
  async send(method: string, path: string, call: Call = {}): Promise<Answer> {
    const { as = "owner", body, headers = {}, version = versionOf(path) } = call;
    const target = path.startsWith("https://")
      ? path.replace(/^https:\/\/[^/]+/, this.url)
      : `${this.url}${path}`;
    const url = new URL(target);
    if (!url.searchParams.has("api-version") && version !== "") url.searchParams.set("api-version", version);
    const payload = call.text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(url, {
      method,
      headers: {
        ...(as === "none" ? {} : { authorization: `Bearer ${await this.token(as)}` }),
        ...(payload === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const received = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
    const json: Json = received !== "" && isJson ? z.json().parse(JSON.parse(received)) : null;
    return { status: response.status, headers: response.headers, text: received, json };
  }

  get = (path: string, call: Call = {}): Promise<Answer> => this.send("GET", path, call);
  put = (path: string, call: Call = {}): Promise<Answer> => this.send("PUT", path, call);
  patch = (path: string, call: Call = {}): Promise<Answer> => this.send("PATCH", path, call);
  post = (path: string, call: Call = {}): Promise<Answer> => this.send("POST", path, call);
  del = (path: string, call: Call = {}): Promise<Answer> => this.send("DELETE", path, call);

  /** The link to the status of a call's operation. */
  link(answer: Answer): string {
    const link = answer.headers.get("azure-asyncoperation");
    if (link === null) throw new Error(`No operation: ${answer.status} ${answer.text}`);
    return link;
  }

  /** Moves the clock past the call's operation. Returns its last status. */
  async finish(answer: Answer, seconds = 20): Promise<Answer> {
    const link = this.link(answer);
    await this.advance(seconds);
    for (let tries = 0; tries < 100; tries++) {
      const status = await this.get(link);
      if (at(status, "status") !== "InProgress") return status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("The operation does not end.");
  }

  /** Sends, requires success, and waits for the end. */
  async done(method: string, path: string, call: Call = {}): Promise<Answer> {
    const answer = await this.send(method, path, call);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    if (!answer.headers.has("azure-asyncoperation")) return answer;
    const status = await this.finish(answer);
    if (at(status, "status") !== "Succeeded") throw new Error(`${method} ${path}: ${status.text}`);
    return answer;
  }

  /** A VM with sparse disks whose first MiB has bytes. Returns its id. */
  async vm(
    name: string,
    options: {
      os?: "linux" | "windows";
      disks?: number;
      size?: string;
      stopped?: boolean;
      zones?: string[];
    } = {},
  ): Promise<string> {
    const { disks = 1, os = "linux", size, stopped = false, zones } = options;
    const files: string[] = [];
    for (let index = 0; index < disks; index++) {
      const file = join(this.dir, `${name}-${index}.raw`);
      await using handle = await open(file, "w");
      await handle.truncate(DISK_BYTES);
      await handle.write(bytesOf(`${name}-${index}`), 0, MIB, MIB);
      files.push(file);
    }
    const made = await this.control.importVm({
      vm: name,
      os,
      resourceGroup: RG,
      stopped,
      tags: {},
      location: REGION,
      size: size ?? "Standard_D2s_v5",
      subscription: SUB,
      ...(zones ? { zones } : {}),
      disks: files,
    });
    return made.id;
  }

  /** A sparse image of a size, with a MiB of bytes at its start. Returns its path. */
  async image(name: string, size: number): Promise<string> {
    const file = join(this.dir, `${name}-image.raw`);
    await using handle = await open(file, "w");
    await handle.truncate(size);
    await handle.write(bytesOf(`${name}-image`), 0, MIB, 0);
    return file;
  }

  /** An empty disk. Returns its path. */
  async disk(name: string, extra: { properties?: object; [key: string]: unknown } = {}): Promise<string> {
    const path = compute(`disks/${name}`);
    const { properties = {}, ...rest } = extra;
    await this.done("PUT", path, { body: emptyDisk({ ...rest, properties }) });
    return path;
  }
}

/** The body of an empty disk of 4 GiB. */
export function emptyDisk(extra: { properties?: object; [key: string]: unknown } = {}): object {
  const { properties = {}, ...rest } = extra;
  return {
    location: REGION,
    ...rest,
    properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4, ...properties },
  };
}

/** Path of a Compute resource in the group of the cases. */
export const compute = (rest: string): string => `${groupPath}/providers/Microsoft.Compute/${rest}`;
export const groupPath = `/subscriptions/${SUB}/resourceGroups/${RG}`;

function versionOf(target: string): string {
  const [path = ""] = target.split("?");
  if (!/microsoft\.compute\//i.test(path)) return versions.resources;
  return /\/(disks|snapshots|diskAccesses|diskEncryptionSets|diskRestorePoints)(\/|$)/i.test(path)
    ? versions.disks
    : versions.compute;
}

/** A MiB of bytes that differ by seed. */
export function bytesOf(seed: string): Buffer {
  const bytes = Buffer.alloc(MIB);
  for (let offset = 0; offset < MIB; offset += 32)
    createHash("sha256").update(`${seed} ${offset}`).digest().copy(bytes, offset);
  return bytes;
}
