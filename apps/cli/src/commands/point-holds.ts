/** What holds recovery points: pins, and bringing deleted ones back. */
import { argument, defineCommand, option, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { pointArgument, text } from "../values.ts";
import { printRequested, requestOptions, secondPerson } from "./requested.ts";

export const undeletePoint = defineCommand({
  name: "undelete-point",
  summary: "Bring a deleted recovery point back",
  details:
    "List such points with: kluis points --deleted. Retention keeps the point for as long as it could have been brought back.",
  input: { point: argument("id, or the beginning of an id, of a deleted recovery point", text) },
  examples: ["undelete-point 01a21694-9aa4"],
  run: async (session, { point }) => {
    const back = await session.server.call((api) => api.points.undelete.mutate({ point }));
    print(session, back, () => `Recovery point ${back.pointId} is back.`);
    return exitCodes.ok;
  },
});

const reason = option("text", "why; kept as evidence", text.min(3, "Use at least three characters."));

export const pinPoint = defineCommand({
  name: "pin-point",
  summary: "Keep a recovery point until it is unpinned",
  details: "Neither retention nor a person deletes a pinned point.",
  input: { point: pointArgument, reason },
  examples: ['pin-point web-01@latest --reason "case 4711"'],
  run: async (session, input) => {
    const pinned = await session.server.call((api) => api.points.pin.mutate(input));
    print(session, pinned, () => `Recovery point ${pinned.pointId} is pinned.`);
    return exitCodes.ok;
  },
});

export const unpinPoint = defineCommand({
  name: "unpin-point",
  summary: "Request the end of the hold of a pinned recovery point",
  details: `Retention judges the point again, and may delete it. ${secondPerson}`,
  input: { point: pointArgument, reason, ...requestOptions },
  examples: ['unpin-point 01a21694-9aa4 --reason "case 4711 is closed"'],
  run: async (session, { point, ...why }) => {
    const { requested } = await session.server.call((api) => api.points.unpin.mutate({ point, ...why }));
    return printRequested(session, requested);
  },
});
