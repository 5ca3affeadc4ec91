/** Which place of a recovery point a command uses: the vault of its backup, or that of a second copy. */
import { option, type Session } from "./command.ts";
import { LocalError } from "./failure.ts";
import { text } from "./values.ts";

export const placeOption = option("vault", "use the copy in this vault (name or id)", text.optional());

/** The id of the point in that vault; the reference itself without a vault. @throws LocalError POINT_NOT_FOUND */
export async function pointIn(session: Session, point: string, vault: string | undefined): Promise<string> {
  if (vault === undefined) return point;
  const found = await session.server.call((api) => api.points.get.query({ point }));
  const places = [{ pointId: found.id, vault: found.vault }, ...found.copies];
  const place = places.find((one) => one.vault.id === vault || one.vault.name === vault);
  if (place !== undefined) return place.pointId;
  throw new LocalError("POINT_NOT_FOUND", {
    message: `Recovery point ${found.id} is not in vault ${vault}.`,
    action: `It is in: ${places.map((one) => one.vault.name).join(", ")}.`,
  });
}
