/** Errors of the blob service, as Azure sends them (REST: blob service error codes). */
export class BlobError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  /** Elements of the XML after the message. */
  readonly details: Record<string, string>;

  constructor(
    answer: { status: number; code: string; details?: Record<string, string> },
    message: string,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = "BlobError";
    this.status = answer.status;
    this.code = answer.code;
    this.headers = headers;
    this.details = answer.details ?? {};
  }
}

export const authenticationFailed = (detail?: string): BlobError =>
  new BlobError(
    {
      status: 403,
      code: "AuthenticationFailed",
      ...(detail === undefined ? {} : { details: { AuthenticationErrorDetail: detail } }),
    },
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
  );
export const permissionMismatch = (): BlobError =>
  new BlobError(
    { status: 403, code: "AuthorizationPermissionMismatch" },
    "This request is not authorized to perform this operation using this permission.",
  );
export const authorizationFailure = (): BlobError =>
  new BlobError(
    { status: 403, code: "AuthorizationFailure" },
    "This request is not authorized to perform this operation.",
  );
export const blobNotFound = (): BlobError =>
  new BlobError({ status: 404, code: "BlobNotFound" }, "The specified blob does not exist.");
export const invalidRange = (size: number): BlobError =>
  new BlobError(
    { status: 416, code: "InvalidRange" },
    "The range specified is invalid for the current size of the resource.",
    {
      "content-range": `bytes */${size}`,
    },
  );
export const invalidPageRange = (): BlobError =>
  new BlobError({ status: 416, code: "InvalidPageRange" }, "The page range specified is invalid.");
export const invalidHeader = (name: string, value: string): BlobError =>
  new BlobError(
    { status: 400, code: "InvalidHeaderValue", details: { HeaderName: name, HeaderValue: value } },
    "The value for one of the HTTP headers is not in the correct format.",
  );
export const invalidQuery = (name: string, value: string, reason?: string): BlobError =>
  new BlobError(
    {
      status: 400,
      code: "InvalidQueryParameterValue",
      details: {
        QueryParameterName: name,
        QueryParameterValue: value,
        ...(reason === undefined ? {} : { Reason: reason }),
      },
    },
    "Value for one of the query parameters specified in the request URI is invalid.",
  );
export const unsupportedVerb = (): BlobError =>
  new BlobError(
    { status: 405, code: "UnsupportedHttpVerb" },
    "The resource doesn't support specified Http Verb.",
  );
export const notModified = (): BlobError =>
  new BlobError(
    { status: 304, code: "ConditionNotMet" },
    "The condition specified using HTTP conditional header(s) is not met.",
  );
export const sequenceNumberNotMet = (): BlobError =>
  new BlobError(
    { status: 412, code: "SequenceNumberConditionNotMet" },
    "The sequence number condition specified was not met.",
  );
export const conditionNotMet = (): BlobError =>
  new BlobError(
    { status: 412, code: "ConditionNotMet" },
    "The condition specified using HTTP conditional header(s) is not met.",
  );

/** The XML body of an error. */
export function errorXml(error: BlobError, requestId: string, time: string): string {
  const details = Object.entries(error.details).map(
    ([name, value]) => `<${name}>${escapeXml(value)}</${name}>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?><Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}\nRequestId:${requestId}\nTime:${time}</Message>${details.join("")}</Error>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
