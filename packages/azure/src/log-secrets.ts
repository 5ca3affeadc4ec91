/** Fields that hold secrets: the log of every process leaves them out. */

const fields = [
  "authorization",
  "certificate",
  "clientSecret",
  "collector",
  "collectorConnectionString",
  "connectionString",
  "password",
  "reader",
  "readerConnectionString",
  "sas",
  "secret",
  "token",
  "writer",
] as const;

/** Paths for pino: each field, and the same field up to three levels below an object. */
export const secretLogPaths: string[] = ["", "*.", "*.*.", "*.*.*."].flatMap((above) =>
  fields.map((field) => `${above}${field}`),
);
