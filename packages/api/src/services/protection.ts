import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { setProtectionInput } from "../routers/protection/set-protection.ts";
import type { Ref } from "../views/index.ts";
export function protectVm(
  _ctx: SignedInContext,
  _input: z.infer<typeof setProtectionInput>,
): Promise<{
  readonly vm: Ref;
  readonly policy: Ref;
  readonly excludedDisks: readonly string[];
  readonly jobId: string | null;
}> {
  return pending();
}
export function stopProtection(
  _ctx: SignedInContext,
  _input: { vm: string; reason: string },
): Promise<{ readonly vm: Ref }> {
  return pending();
}
