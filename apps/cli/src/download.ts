/** Downloads that resume after any break. */
import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "./client.ts";
import { LocalError, UnreachableError, UsageError } from "./failure.ts";
import { isSystemError } from "./file-errors.ts";
import { checkPlan, type FilePlan } from "./file-plan.ts";
import { PartFile } from "./part-file.ts";

export interface DownloadOptions {
  readonly server: Server;
  /** Path and query of the file on the server. */
  readonly path: string;
  readonly target: string;
  /** Where the received bytes belong in the file. */
  readonly plan: FilePlan;
  /** Replace a file that exists. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  /** Called after each piece with the bytes received and their total. */
  onProgress(progress: { readonly done: number; readonly total: number }): void;
  onNote(text: string): void;
}

export interface Downloaded {
  /** Of the file. */
  readonly bytes: number;
  /** Bytes that the server sends for it: without holes fewer than the file has. */
  readonly sentBytes: number;
  /** Bytes that an earlier run had received. */
  readonly resumedFrom: number;
}

/** Tries in a row without a single byte before the download gives up. */
const mostTries = 6;

/**
 * Downloads a file so that this run or a later one can resume after a break. Range comes with If-Range (RFC 9110, 13.1.5), so
 * parts of two different files never mix. The file gets its name when it is complete and durable.
 * @throws ServerError, UnreachableError, LocalError DISK_FULL, INPUT_INVALID; the part is kept
 */
export async function downloadFile(options: DownloadOptions): Promise<Downloaded> {
  await refuseExisting(options);
  const { plan } = options;
  const part = await PartFile.find(options.target, plan);
  const resumedFrom = part.resumeAt?.offset ?? 0;
  try {
    for (let tries = 1; ; tries++) {
      const before = part.offset;
      const result = await tryOnce(part, options);
      if (result.kind === "done") {
        const { size } = result;
        return { bytes: plan.fileBytes(size), sentBytes: size, resumedFrom: Math.min(resumedFrom, size) };
      }
      if (part.offset > before) tries = 1;
      if (tries >= mostTries) throw result.error;
      options.onNote(`The connection broke. Resuming in ${tries} s.`);
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
    if (isSystemError(error, "ENOENT")) return;
    throw error;
  }
  throw new UsageError(`${target} already exists.`, "Choose another name, or use --force to replace it.");
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
  checkPlan(options.plan, response);
  const { offset, size } = placeOf(response, resume?.offset ?? 0);
  if (offset === 0 && resume !== null) options.onNote("The file on the server has changed. Starting over.");
  await part.begin(offset, { etag: response.headers.get("etag") ?? "", size });
  try {
    if (offset < size) await receive(part, response, { options, size });
  } catch (error) {
    await part.save();
    signal.throwIfAborted();
    if (error instanceof LocalError) throw error;
    return { kind: "broken", error: new UnreachableError(server.url, error) };
  }
  if (part.offset < size) {
    await part.save();
    return { kind: "broken", error: new UnreachableError(server.url, "the response ended too early") };
  }
  await part.finish(size);
  return { kind: "done", size };
}

async function receive(
  part: PartFile,
  response: Response,
  { options, size }: { readonly options: DownloadOptions; readonly size: number },
): Promise<void> {
  if (response.body === null) return;
  const body: AsyncIterable<unknown> = response.body;
  for await (const bytes of body) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("A response body is a stream of bytes.");
    await part.write(bytes);
    options.onProgress({ done: part.offset, total: size });
  }
}

/** Returns where the body belongs and the size of the whole stream, both in bytes. */
function placeOf(response: Response, asked: number): { readonly offset: number; readonly size: number } {
  const range = response.headers.get("content-range") ?? "";
  const part = /^bytes (\d+)-\d+\/(\d+)$/.exec(range);
  if (response.status === 206 && part !== null) return { offset: Number(part[1]), size: Number(part[2]) };
  // 416: everything is here already, or the part is longer than the file and is truncated.
  const whole = /^bytes \*\/(\d+)$/.exec(range);
  if (response.status === 416 && whole !== null)
    return { offset: Math.min(asked, Number(whole[1])), size: Number(whole[1]) };
  const length = response.headers.get("content-length");
  // A proxy removed the length. Without it a truncated file looks complete.
  if (length === null || !/^\d+$/.test(length))
    throw new LocalError("INTERNAL", {
      message: "The response has no content-length, so an incomplete download could not be detected.",
      action: "Connect to the portal directly, or let the proxy in between keep the content-length header.",
    });
  return { offset: 0, size: Number(length) };
}
