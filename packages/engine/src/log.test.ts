import { KluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { openLog } from "./log.ts";

function lines(format: "json" | "text", write: (log: ReturnType<typeof openLog>) => void): string {
  const written: string[] = [];
  write(openLog({ format, level: "debug", write: (line) => written.push(line) }));
  return written.join("");
}

describe("the log", () => {
  it("removes secrets from fields, nested fields, messages and errors", () => {
    const url = "https://md-1.blob.storage.azure.net/c/abcd?sv=1&sr=b&si=x&sig=SECRETSECRET";
    for (const format of ["json", "text"] as const) {
      const text = lines(format, (log) => {
        log.info({ sas: url, nested: { authorization: "Bearer SECRETSECRET" } }, `read ${url}`);
        log.error({ error: new Error(`GET ${url} failed`) }, "failed");
        const connection = "BlobEndpoint=https://a;SharedAccessSignature=sig=SECRETSECRET";
        const place = { collectorConnectionString: "SECRETSECRET", readerConnectionString: "SECRETSECRET" };
        log.info({ input: { place }, settings: { collector: "SECRETSECRET" } }, connection);
        log.info(
          { credentials: { writer: "SECRETSECRET", reader: "SECRETSECRET" } },
          "AccountKey=SECRETSECRET",
        );
      });
      expect(text).not.toContain("SECRETSECRET");
      expect(text).toContain("failed");
    }
  });

  it("logs errors with their stable code", () => {
    const error = new KluisError("AZURE_THROTTLED", {
      reason: "connection",
      message: "Slow down.",
      params: { status: 429 },
    });
    const parsed: unknown = JSON.parse(lines("json", (log) => log.warn({ error }, "task failed")));
    expect(parsed).toMatchObject({
      level: "warn",
      msg: "task failed",
      error: { code: "AZURE_THROTTLED", params: { status: 429 } },
    });
  });

  it("writes one short line in a terminal", () => {
    const text = lines("text", (log) => log.info({ jobId: "j1" }, "engine started"));
    expect(text).toMatch(/^\d\d:\d\d:\d\d info {2}engine started jobId=j1\n$/);
  });
});
