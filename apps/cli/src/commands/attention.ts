/** What needs attention: the same list as on the portal's overview. */
import { attentionKindTexts } from "@kluis/domain";
import type { Overview } from "../api-types.ts";
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { type Column, formatTable } from "../table.ts";
import { vmStatusWords } from "../words.ts";

interface Row {
  readonly about: string;
  readonly what: string;
  readonly since: string | null;
  readonly why: string;
}

const columns: readonly Column<Row>[] = [
  { title: "ABOUT", value: ({ about }) => about, shrinkTo: 10 },
  { title: "WHAT", value: ({ what }) => what },
  { title: "SINCE (UTC)", value: ({ since }) => minuteOf(since), leaveOut: 1 },
  { title: "WHY", value: ({ why }) => why, wrapTo: 28 },
];

export const attention = defineCommand({
  name: "attention",
  summary: "List what needs attention, as the overview does",
  input: {},
  examples: ["attention"],
  run: async (session) => {
    const seen = await session.server.call((api) => api.overview.get.query());
    const { raised, raisedCount, problems, attention: vms } = seen;
    print(session, { raised, raisedCount, problems, vms }, (look) =>
      formatTable(columns, rowsOf(seen), { empty: "Nothing needs attention.", look }),
    );
    return exitCodes.ok;
  },
});

/** Words for a problem of a connection, a vault or a subscription. */
const problemWords = {
  connection: { about: "connection", what: "Failing" },
  vault: { about: "vault", what: "Failing" },
  subscription: { about: "subscription", what: "Cannot be read" },
  inventory: { about: "subscription", what: "Partly readable" },
} as const satisfies Record<Overview["problems"][number]["kind"], object>;

function rowsOf({ raised, raisedCount, problems, attention: vms }: Overview): Row[] {
  const more = raisedCount - raised.length;
  return [
    ...problems.map(({ kind, name, error, since }) => ({
      about: `${problemWords[kind].about} ${name}`,
      what: problemWords[kind].what,
      since,
      why: `${error.message} ${error.action ?? ""}`.trim(),
    })),
    ...raised.map(({ kind, vm, message, error, why, raisedAt }) => ({
      about: vm?.name ?? "Kluis",
      what: attentionKindTexts[kind],
      since: raisedAt,
      why: [message, error?.message ?? why ?? "", error?.action ?? ""].join(" ").trim(),
    })),
    ...(more > 0 ? [{ about: "–", what: "–", since: null, why: `${more} more that are not listed.` }] : []),
    ...vms.map(({ vm, status, reason }) => ({
      about: vm.name,
      what: vmStatusWords[status].text,
      since: null,
      why: reason,
    })),
  ];
}
