/** The health of the installation. */
import type { HealthPart } from "../api-types.ts";
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { type Column, formatTable } from "../table.ts";

/** Parts that are about one connection, vault or kind of work. */
const words: Partial<Record<HealthPart["part"], string>> = {
  azure: "connection",
  vault: "vault",
  work: "work",
};

const columns: readonly Column<HealthPart>[] = [
  {
    title: "PART",
    value: ({ part, subject }) => (subject === null ? part : `${words[part]} ${subject.name}`),
  },
  {
    title: "STATE",
    value: ({ ok }) => (ok ? "Healthy" : "Degraded"),
    tone: ({ ok }) => (ok ? "good" : "bad"),
  },
  { title: "SINCE (UTC)", value: ({ ok, since }) => (ok ? "" : minuteOf(since)) },
  { title: "CHECKED (UTC)", value: ({ checkedAt }) => minuteOf(checkedAt), leaveOut: 1 },
  {
    title: "RESULT",
    value: ({ code, message, error }) =>
      code === null ? message : [`${message} (${code})`, error?.action ?? ""].join(" ").trim(),
    wrapTo: 28,
  },
];

export const health = defineCommand({
  name: "health",
  summary: "Show the health of all parts, vaults and connections",
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
