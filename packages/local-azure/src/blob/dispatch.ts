/** Answers requests to the blob of a grant: properties, ranges, page lists, page writes. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Entra } from "../entra/index.ts";
import type { CallOutcome, FaultFailure, OmittedRange } from "../faults/effects.ts";
import { noFacts } from "../faults/refusal-kinds.ts";
import { refusals } from "../faults/refusals.ts";
import { type BodyChange, sendBody, streamBody } from "../http/send.ts";
import { logFailure } from "../log.ts";
import type { World } from "../world.ts";
import { admit } from "./admission.ts";
import { checkConditions } from "./conditions.ts";
import {
  BlobError,
  errorXml,
  invalidHeader,
  invalidQuery,
  permissionMismatch,
  unsupportedVerb,
} from "./errors.ts";
import { listPages, pageListXml } from "./page-list.ts";
import { putPage } from "./put-page.ts";
import { requestedRange } from "./range.ts";
import { rangeMd5, readParts } from "./read.ts";
import { type AccessTarget, blobSize, findTarget } from "./target.ts";

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
}

type BlobOperation = "blob.head" | "blob.get" | "blob.pagelist" | "blob.putPage" | "blob.unknown";

/** Answers one request to `/md-…/CONTAINER/abcd`. */
export async function dispatchBlob(deps: { world: World; entra: Entra }, exchange: Exchange): Promise<void> {
  const { world } = deps;
  const { req, res, url } = exchange;
  const method = req.method ?? "GET";
  const operation = operationOf(method, url.searchParams.get("comp"));
  const requestId = randomUUID();
  setCommonHeaders(world, exchange, requestId);
  const refuse = (error: BlobError): Promise<void> => sendError(world, exchange, { error, requestId });
  const outcome = await world.faults.applyToCall(
    {
      operation,
      method,
      path: url.pathname,
      resource: world.sas.find(world.state, url, world.clock.now())?.resourceId,
    },
    {
      refuse: (failure) => refuse(blobErrorOf(failure)),
      refuseAs: async ({ reason }) => {
        const { status, code, message, retryAfterSeconds } = refusals[reason];
        const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
        await refuse(new BlobError({ status, code }, message(noFacts), headers));
        return { next: "stop" };
      },
      drop: () => res.destroy(),
      revokeGrant: () => revokeGrant(world, url),
      rejectToken: () =>
        refuse(
          blobErrorOf({ status: 401, code: "InvalidAuthenticationInfo", message: "The token is not valid." }),
        ),
    },
  );
  if (outcome.next === "stop") return;
  try {
    await answer(world, { ...exchange, operation, target: await admit(deps, exchange) }, outcome);
  } catch (error) {
    const known =
      error instanceof BlobError
        ? error
        : new BlobError(
            { status: 500, code: "InternalError" },
            "The server encountered an internal error. Please retry the request.",
          );
    if (known !== error && !res.destroyed) logFailure(operation, error);
    if (res.headersSent) res.destroy();
    else await refuse(known);
  }
}

/** Storage throttles with 503 ServerBusy, not with 429. */
function blobErrorOf({ status, code, message, retryAfterSeconds }: FaultFailure): BlobError {
  return new BlobError(
    status === 429 ? { status: 503, code: "ServerBusy" } : { status, code },
    message,
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  );
}

function operationOf(method: string, comp: string | null): BlobOperation {
  if (method === "HEAD") return "blob.head";
  if (method === "GET")
    return comp === "pagelist" ? "blob.pagelist" : comp === null ? "blob.get" : "blob.unknown";
  return method === "PUT" && comp === "page" ? "blob.putPage" : "blob.unknown";
}

async function revokeGrant(world: World, url: URL): Promise<void> {
  const grant = world.sas.find(world.state, url, world.clock.now());
  if (grant) delete world.state.grants[grant.id];
  await world.store.flush();
}

async function answer(
  world: World,
  request: Exchange & { operation: BlobOperation; target: AccessTarget },
  { body: change, omit }: Extract<CallOutcome, { next: "answer" }>,
): Promise<void> {
  const { req, res, operation, target } = request;
  setBlobHeaders(res, target);
  checkVersion(req);
  checkConditions(req, { etag: etagOf(target), modifiedAt: target.timeCreated });
  switch (operation) {
    case "blob.head":
      res.setHeader("content-length", blobSize(target));
      res.setHeader("content-type", "application/octet-stream");
      setPropertyHeaders(res, target);
      res.end();
      return;
    case "blob.get":
      return get(world, request, change);
    case "blob.pagelist":
      return pageList(world, { ...request, omit }, change);
    case "blob.putPage":
      await putPage(world, target, req);
      res.statusCode = 201;
      res.setHeader("etag", etagOf(findTarget(world.state, target.id) ?? target));
      if (req.headers["content-md5"] !== undefined)
        res.setHeader("content-md5", String(req.headers["content-md5"]));
      res.setHeader("x-ms-blob-sequence-number", "0");
      res.setHeader("x-ms-request-server-encrypted", "true");
      res.setHeader("content-length", 0);
      res.end();
      return;
    case "blob.unknown":
      throw unknownOperation(req, request.url);
  }
}

async function get(
  world: World,
  request: Exchange & { target: AccessTarget },
  change?: BodyChange,
): Promise<void> {
  const { req, res, target } = request;
  const size = blobSize(target);
  const range = requestedRange(req.headers, size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (req.headers["x-ms-range-get-content-md5"] === "true") {
    if (!range || end - start + 1 > 4 * 1024 * 1024)
      throw invalidHeader("x-ms-range-get-content-md5", "true");
    res.setHeader("content-md5", await rangeMd5(world, target, range));
  }
  res.statusCode = range ? 206 : 200;
  if (range) res.setHeader("content-range", `bytes ${start}-${end}/${size}`);
  res.setHeader("content-length", end - start + 1);
  res.setHeader("content-type", "application/octet-stream");
  setPropertyHeaders(res, target);
  await streamBody(res, readParts(world, target.id, { start, end }), change);
}

async function pageList(
  world: World,
  request: Exchange & { target: AccessTarget; omit: OmittedRange | undefined },
  change?: BodyChange,
): Promise<void> {
  const { req, res, url, target, omit } = request;
  const size = blobSize(target);
  const range = requestedRange(req.headers, size);
  const time = url.searchParams.get("prevsnapshot");
  if (time !== null) throw invalidQuery("prevsnapshot", time);
  const previous = req.headers["x-ms-previous-snapshot-url"];
  const list = listPages(world, target, {
    window: { offset: range?.start ?? 0, end: (range?.end ?? size - 1) + 1 },
    previousUrl: Array.isArray(previous) ? previous[0] : previous,
    query: url.searchParams,
    omit,
  });
  res.setHeader("content-type", "application/xml");
  res.setHeader("x-ms-blob-content-length", size);
  await sendBody(res, Buffer.from(pageListXml(list)), change);
}

function etagOf(target: AccessTarget): string {
  return `"0x8${target.uniqueId.replaceAll("-", "").slice(0, 11).toUpperCase()}${target.version.toString(16).toUpperCase().padStart(4, "0")}"`;
}

/** What a URL of a disk does not permit, and verbs that no blob has. */
function unknownOperation(req: IncomingMessage, url: URL): BlobError {
  if (req.method === "GET") return invalidQuery("comp", url.searchParams.get("comp") ?? "");
  return req.method === "PUT" || req.method === "DELETE" ? permissionMismatch() : unsupportedVerb();
}

function checkVersion(req: IncomingMessage): void {
  const version = req.headers["x-ms-version"];
  if (version !== undefined && !/^20\d\d-\d\d-\d\d$/.test(String(version)))
    throw invalidHeader("x-ms-version", String(version));
}

function setBlobHeaders(res: ServerResponse, target: AccessTarget): void {
  res.setHeader("etag", etagOf(target));
  res.setHeader("last-modified", new Date(target.timeCreated).toUTCString());
}

/** The properties of a page blob that a disk's URL shows. */
function setPropertyHeaders(res: ServerResponse, target: AccessTarget): void {
  res.setHeader("accept-ranges", "bytes");
  res.setHeader("x-ms-blob-type", "PageBlob");
  res.setHeader("x-ms-blob-sequence-number", "0");
  res.setHeader("x-ms-creation-time", new Date(target.timeCreated).toUTCString());
  res.setHeader("x-ms-lease-state", "available");
  res.setHeader("x-ms-lease-status", "unlocked");
  res.setHeader("x-ms-server-encrypted", "true");
}

function setCommonHeaders(world: World, { req, res }: Exchange, requestId: string): void {
  res.setHeader("server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0");
  res.setHeader("x-ms-request-id", requestId);
  res.setHeader("x-ms-version", String(req.headers["x-ms-version"] ?? "2018-03-28"));
  res.setHeader("date", new Date(world.clock.now()).toUTCString());
  const clientId = req.headers["x-ms-client-request-id"];
  if (typeof clientId === "string") res.setHeader("x-ms-client-request-id", clientId);
}

async function sendError(
  world: World,
  { req, res }: Exchange,
  { error, requestId }: { error: BlobError; requestId: string },
): Promise<void> {
  const stale = error.status === 304 ? [] : ["etag", "last-modified"];
  for (const name of [...stale, "content-range", "accept-ranges", "content-md5"]) res.removeHeader(name);
  res.statusCode = error.status;
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  res.setHeader("x-ms-error-code", error.code);
  if (req.method === "HEAD" || error.status === 304) {
    res.end();
    return;
  }
  res.setHeader("content-type", "application/xml");
  await sendBody(res, Buffer.from(errorXml(error, requestId, new Date(world.clock.now()).toISOString())));
}
