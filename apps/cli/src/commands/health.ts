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
  damage: "damage in",
  work: "work",
};

/** What the last check found, and what to do. Of work, `since` is its last success. */
function resultOf({ part, ok, code, message, error, since }: HealthPart): string {
  if (code === null) return message;
  const success = part === "work" && !ok && since !== null ? `Last success: ${minuteOf(since)}.` : "";
  return [`${message} (${code})`, error?.action ?? "", success].filter((text) => text !== "").join(" ");
}

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
  { title: "SINCE (UTC)", value: ({ part, ok, since }) => (ok || part === "work" ? "" : minuteOf(since)) },
  { title: "CHECKED (UTC)", value: ({ checkedAt }) => minuteOf(checkedAt), leaveOut: 1 },
  {
    title: "RESULT",
    value: resultOf,
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
