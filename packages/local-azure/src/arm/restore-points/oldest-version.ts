/** Restore points came later than the type of their collections, which Azure Backup used before. */
import { ArmError } from "../errors.ts";
import type { ArmCall, ArmReply } from "../router.ts";

const OLDEST = "2021-03-01";

type Handler = (call: ArmCall) => Promise<ArmReply> | ArmReply;

/** A handler that refuses versions before restore points. */
export function fromOldest(handle: Handler): Handler {
  return (call) => {
    if ((call.query.get("api-version") ?? "") >= OLDEST) return handle(call);
    throw new ArmError(
      { status: 400, code: "BadRequest" },
      `This request can be made with api-version '${OLDEST}' or newer.`,
    );
  };
}
