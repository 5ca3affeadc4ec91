/** The health of the installation. */
import type { HealthPart } from "../api-types.ts";
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { type Column, formatTable } from "../table.ts";

const columns: readonly Column<HealthPart>[] = [
  { title: "PART", value: ({ part }) => part },
  {
    title: "STATE",
    value: ({ ok }) => (ok ? "Healthy" : "Degraded"),
    tone: ({ ok }) => (ok ? "good" : "bad"),
  },
  { title: "CHECKED (UTC)", value: ({ checkedAt }) => minuteOf(checkedAt) },
  {
    title: "RESULT",
    value: ({ code, message }) => (code === null ? message : `${message} (${code})`),
    wrapTo: 28,
  },
];

export const health = defineCommand({
  name: "health",
  summary: "Show the health of the database, engine, vault and Azure",
  details: "Exit code 1 means that a part is degraded.",
  input: {},
  examples: ["health"],
  run: async (session) => {
    const seen = await session.server.call((api) => api.settings.health.query());
    const title = `Kluis ${seen.version}: ${seen.ok ? "all systems healthy" : "degraded"}`;
    print(session, seen, (look) => `${title}\n\n${formatTable(columns, seen.parts, { empty: "", look })}`);
    return seen.ok ? exitCodes.ok : exitCodes.failed;
  },
});
