import { KluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { isDatabaseLost, knownError, mapDatabaseError } from "./errors.ts";

describe("an error of the database", () => {
  it.each([
    [new Error("Connection terminated unexpectedly"), "it closed the connection"],
    [new Error("Connection terminated due to connection timeout"), "it closed the connection"],
    [
      new Error("Raw query failed", { cause: new Error("Server has closed the connection.") }),
      "it closed the connection",
    ],
    [
      new Error("Transaction API error: Unable to start a transaction in the given time."),
      "it gave no connection in time",
    ],
    [
      Object.assign(new Error("Raw query failed. Code: `N/A`."), {
        code: "P2010",
        meta: { driverAdapterError: { cause: { kind: "DatabaseNotReachable" } } },
      }),
      "it cannot be reached",
    ],
    [new Error("Cannot use a pool after calling end on the pool"), "its connections were closed"],
    [Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), "nothing listens at its address"],
  ])("says that the connection is lost: %s", (error, why) => {
    expect(mapDatabaseError(error)).toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: `The database cannot be used: ${why}.`,
    });
  });

  it("keeps every other error", () => {
    const known = new KluisError("AZURE_UNREACHABLE", { message: "Connection terminated unexpectedly" });
    const other = new Error("The column has no such value.");
    expect([mapDatabaseError(known), mapDatabaseError(other)]).toEqual([known, other]);
  });

  it("is known by one code, whatever caught it", () => {
    const lost = new Error("Connection terminated unexpectedly");
    expect(knownError(lost)).toMatchObject({ code: "DATABASE_UNREACHABLE", retry: "backoff" });
    expect([isDatabaseLost(lost), isDatabaseLost(new Error("other"))]).toEqual([true, false]);
  });
});
