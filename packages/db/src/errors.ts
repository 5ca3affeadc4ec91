import { KluisError, toKluisError } from "@kluis/domain";

/** Codes of Node and PostgreSQL for a server that cannot be reached or refuses the connection. */
const unreachable = new Map<string, string>([
  ["ECONNREFUSED", "nothing listens at its address"],
  ["ENOTFOUND", "its host name is unknown"],
  ["EAI_AGAIN", "its host name cannot be resolved"],
  ["ETIMEDOUT", "it does not answer"],
  ["EHOSTUNREACH", "its host cannot be reached"],
  ["ECONNRESET", "it closed the connection"],
  ["EPIPE", "it closed the connection"],
  ["28P01", "it refuses the password"],
  ["28000", "it refuses the user"],
  ["3D000", "the database does not exist"],
  ["53300", "it has no free connections"],
  ["57P01", "it was shut down"],
  ["57P02", "it crashed"],
  ["57P03", "it is starting up"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is self-signed"],
  [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "its certificate comes from an unknown authority (NODE_EXTRA_CA_CERTS adds one)",
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "its certificate comes from an unknown authority (NODE_EXTRA_CA_CERTS adds one)",
  ],
  [
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "its certificate comes from an unknown authority (NODE_EXTRA_CA_CERTS adds one)",
  ],
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another name"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS at this address"],
  ["P1001", "it cannot be reached"],
  ["P1002", "it does not answer"],
  ["P1017", "it closed the connection"],
]);

/** Messages of pg and Prisma about a lost connection, which have no code. */
const lostConnections: readonly (readonly [RegExp, string])[] = [
  [
    /^Connection terminated|Server has closed the connection|connection error and is not queryable/,
    "it closed the connection",
  ],
  [
    /^timeout exceeded when trying to connect|Unable to start a transaction in the given time/,
    "it gave no connection in time",
  ],
  [/client password must be a/, "its address has no password"],
  [/^The server does not support SSL connections/, "it does not offer TLS"],
  [/^Cannot use a pool after calling end on the pool/, "its connections were closed"],
];

/** The same of Prisma's adapter, which keeps the code for some statements only. */
const lostKinds = new Map<string, string>([
  ["DatabaseNotReachable", "it cannot be reached"],
  ["ConnectionClosed", "it closed the connection"],
  ["SocketTimeout", "it does not answer"],
  ["TooManyConnections", "it has no free connections"],
]);

/** Serialization failure, deadlock, and Prisma's code for both. */
const conflicts = new Set(["40001", "40P01", "P2034"]);

/** Yields an error and those behind it: causes, members of an aggregate, and the error of Prisma's adapter. */
function* causes(error: unknown, depth = 0): Generator<object> {
  if (typeof error !== "object" || error === null || depth > 6) return;
  yield error;
  if ("cause" in error) yield* causes(error.cause, depth + 1);
  if (error instanceof AggregateError) for (const one of error.errors) yield* causes(one, depth + 1);
  if ("meta" in error && typeof error.meta === "object" && error.meta !== null) {
    yield* causes(error.meta, depth + 1);
    if ("driverAdapterError" in error.meta) yield* causes(error.meta.driverAdapterError, depth + 1);
  }
}

function findCode(error: unknown, wanted: (code: string) => boolean): string | undefined {
  for (const one of causes(error)) {
    for (const key of ["code", "originalCode"] as const) {
      const code: unknown = Reflect.get(one, key);
      if (typeof code === "string" && wanted(code)) return code;
    }
  }
  return undefined;
}

/** Returns PostgreSQL's SQLSTATE of an error from Prisma or pg, for example `23505`. */
export function sqlState(error: unknown): string | undefined {
  return findCode(error, (code) => /^(?=.*\d)[0-9A-Z]{5}$/.test(code) && !/^P[12]\d{3}$/.test(code));
}

/** Whether the transaction lost against another one and can run again. */
export function isTransactionConflict(error: unknown): boolean {
  return (
    findCode(error, (code) => conflicts.has(code)) !== undefined || hasKind(error, "TransactionWriteConflict")
  );
}

/** Whether a unique index refused the row; with `index`, one whose name contains it (`Policy_name`). */
export function isUniqueViolation(error: unknown, index?: string): boolean {
  const violated =
    findCode(error, (code) => code === "P2002" || code === "23505") !== undefined ||
    hasKind(error, "UniqueConstraintViolation");
  if (!violated || index === undefined) return violated;
  for (const one of causes(error)) {
    for (const key of ["message", "originalMessage"] as const) {
      const text: unknown = Reflect.get(one, key);
      if (typeof text === "string" && text.includes(index)) return true;
    }
  }
  return false;
}

function hasKind(error: unknown, kind: string): boolean {
  for (const one of causes(error)) if ("kind" in one && one.kind === kind) return true;
  return false;
}

/** Returns DATABASE_UNREACHABLE for a connection problem, and every other error unchanged. */
export function mapDatabaseError(error: unknown): unknown {
  if (error instanceof KluisError) return error;
  const code = findCode(error, (one) => unreachable.has(one));
  const why = code === undefined ? lostConnection(error) : unreachable.get(code);
  if (why === undefined) return error;
  return new KluisError("DATABASE_UNREACHABLE", {
    message: `The database cannot be used: ${why}.`,
    action: "Check that PostgreSQL runs and that DATABASE_URL is correct.",
    params: { code: code ?? null },
    cause: error,
  });
}

/** The error of anything that uses the database: a lost connection is never an internal error. */
export function knownError(error: unknown): KluisError {
  return toKluisError(mapDatabaseError(error));
}

/** Whether the database cannot be used at this moment. */
export function isDatabaseLost(error: unknown): boolean {
  return knownError(error).code === "DATABASE_UNREACHABLE";
}

function lostConnection(error: unknown): string | undefined {
  for (const one of causes(error)) {
    const kind: unknown = Reflect.get(one, "kind");
    const why = typeof kind === "string" ? lostKinds.get(kind) : undefined;
    if (why !== undefined) return why;
    const text: unknown = Reflect.get(one, "message");
    const found = lostConnections.find(([pattern]) => typeof text === "string" && pattern.test(text));
    if (found !== undefined) return found[1];
  }
  return undefined;
}
