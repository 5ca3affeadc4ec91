import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { KluisError } from "@kluis/domain";
import type { Server } from "./client.ts";
import { UnreachableError } from "./failure.ts";
import { PartFile } from "./part-file.ts";

export interface DownloadOptions {
  readonly server: Server;
  /** Path and query of the file on the server. */
  readonly path: string;
  readonly target: string;
  /** Replace a file that exists. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  /** Called at each piece: bytes that are here, of how many, and how many of them this run brought. */
  onProgress(progress: { readonly done: number; readonly total: number; readonly fetched: number }): void;
  onNote(text: string): void;
}

export interface Downloaded {
  readonly bytes: number;
  /** Bytes that were here before this run began. */
  readonly resumedFrom: number;
}

/** Tries in a row that bring nothing before the download gives up. */
const mostTries = 6;

/**
 * Downloads a file so that any break can be resumed, by this run or a later one: Range with If-Range, so that parts of two
 * different files never meet. The file appears under its name when it is whole and durable.
 * @throws ServerError, UnreachableError, KluisError DISK_FULL, INPUT_INVALID; the part is kept
 */
export async function downloadFile(options: DownloadOptions): Promise<Downloaded> {
  await refuseExisting(options);
  const part = await PartFile.find(options.target);
  const resumedFrom = part.resumeAt?.offset ?? 0;
  try {
    for (let tries = 1; ; tries++) {
      const before = part.offset;
      const result = await tryOnce(part, options);
      if (result.kind === "done")
        return { bytes: result.size, resumedFrom: Math.min(resumedFrom, result.size) };
      if (part.offset > before) tries = 1;
      if (tries >= mostTries) throw result.error;
      options.onNote(`The connection broke off; going on in ${tries} s.`);
      await delay(tries * 1_000, undefined, { signal: options.signal });
    }
  } finally {
    await part.close();
  }
}

async function refuseExisting({ target, force }: DownloadOptions): Promise<void> {
  if (force) return;
  try {
    await stat(target);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  throw new KluisError("INPUT_INVALID", {
    message: `${target} exists already.`,
    action: "Choose another name, or say --force to replace it.",
    params: { file: target },
  });
}

type Try =
  | { readonly kind: "done"; readonly size: number }
  | { readonly kind: "broken"; readonly error: Error };

async function tryOnce(part: PartFile, options: DownloadOptions): Promise<Try> {
  const { server, signal } = options;
  const resume = part.resumeAt;
  const headers = resume === null ? {} : { range: `bytes=${resume.offset}-`, "if-range": resume.etag };
  let response: Response;
  try {
    response = await server.request(options.path, { headers, signal, accept: [416] });
  } catch (error) {
    if (error instanceof UnreachableError && part.offset > 0) return { kind: "broken", error };
    throw error;
  }
  const { offset, size } = placeOf(response, resume?.offset ?? 0);
  if (offset === 0 && resume !== null)
    options.onNote("The file on the server is another one now: starting over.");
  await part.begin(offset, { etag: response.headers.get("etag") ?? "", size });
  try {
    if (offset < size) await receive(part, response, { options, size });
  } catch (error) {
    await part.save();
    signal.throwIfAborted();
    if (error instanceof KluisError) throw error;
    return { kind: "broken", error: new UnreachableError(server.url, error) };
  }
  if (part.offset < size) {
    await part.save();
    return { kind: "broken", error: new UnreachableError(server.url, "the answer ended too early") };
  }
  await part.finish(size);
  return { kind: "done", size };
}

async function receive(
  part: PartFile,
  response: Response,
  { options, size }: { readonly options: DownloadOptions; readonly size: number },
): Promise<void> {
  const start = part.offset;
  if (response.body === null) return;
  const body: AsyncIterable<unknown> = response.body;
  for await (const bytes of body) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("A body comes as bytes.");
    await part.write(bytes);
    options.onProgress({ done: part.offset, total: size, fetched: part.offset - start });
  }
}

/** Where the answer's body belongs, and how large the whole is. */
function placeOf(response: Response, asked: number): { readonly offset: number; readonly size: number } {
  const range = response.headers.get("content-range") ?? "";
  const part = /^bytes (\d+)-\d+\/(\d+)$/.exec(range);
  if (response.status === 206 && part !== null) return { offset: Number(part[1]), size: Number(part[2]) };
  // 416: everything was here already, or what is here is longer than the file and must go.
  const whole = /^bytes \*\/(\d+)$/.exec(range);
  if (response.status === 416 && whole !== null)
    return { offset: Math.min(asked, Number(whole[1])), size: Number(whole[1]) };
  const length = response.headers.get("content-length");
  // Something between here and the portal took the length away: without it a short file looks like a whole one.
  if (length === null || !/^\d+$/.test(length))
    throw new KluisError("INTERNAL", {
      message:
        "The server did not say how long the file is, so a broken download could not be told from a whole one.",
      action: "Reach the portal directly, or let a proxy in between pass the content-length header on.",
    });
  return { offset: 0, size: Number(length) };
}
