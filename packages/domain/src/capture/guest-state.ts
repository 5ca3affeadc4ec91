/** What Kluis knows of the guest of a protected VM, and the sentences that say what protection changed in it. */
import { z } from "zod";
import { type Notice, notice } from "../notices/notices.ts";
import { scriptStateSchema } from "../scripts/script-state.ts";

const factsSchema = z.object({
  /** Version of Microsoft Visual C++ 2013 Redistributable (x64); null when it is not installed. */
  vcRedist2013: z.string().nullable(),
  /** Startup type of the Volume Shadow Copy service. */
  vssStartType: z.string().nullable(),
  iaasVmProviderInstalled: z.boolean(),
  checkedAt: z.iso.datetime(),
});
export type GuestFacts = z.infer<typeof factsSchema>;

/** `Protection.guestChanges`. The facts after the first backup are at the top, as earlier versions stored them. */
const guestStateSchema = factsSchema.partial().extend({
  /** The facts before Kluis changed anything; null when they could not be read. */
  before: factsSchema.nullable().optional().catch(undefined),
  /** The VSS backup type that Kluis set, and the value that the guest then had. */
  vss: z
    .object({ type: z.enum(["full", "copy"]), found: z.string().nullable(), checkedAt: z.iso.datetime() })
    .optional()
    .catch(undefined),
  /** Pre and post scripts of a Linux guest. */
  scripts: scriptStateSchema.optional().catch(undefined),
});
export type GuestState = z.infer<typeof guestStateSchema>;

/** Reads a stored state; empty when there is none, or when it is that of another version. */
export function readGuestState(stored: unknown): GuestState {
  const parsed = guestStateSchema.safeParse(stored ?? {});
  return parsed.success ? parsed.data : {};
}

/** The facts after the first backup; null before it. */
export function factsAfter(state: GuestState): GuestFacts | null {
  const parsed = factsSchema.safeParse(state);
  return parsed.success ? parsed.data : null;
}

/** What protection changed in a Windows guest, one sentence for each thing that it is known to change. */
export function guestChangeNotices(stored: unknown): Notice[] {
  const state = readGuestState(stored);
  const after = factsAfter(state);
  const vss = state.vss === undefined ? [] : [vssTypeNotice(state.vss)];
  if (after === null) return vss;
  const before = state.before ?? null;
  return [
    runtimeNotice(before, after),
    startTypeNotice(before, after),
    providerNotice(before, after),
    ...vss,
  ];
}

function runtimeNotice(before: GuestFacts | null, { vcRedist2013: version }: GuestFacts): Notice {
  if (version === null) return notice("guest-runtime-missing", {});
  if (before === null) return notice("guest-runtime-present", { version });
  const was = before.vcRedist2013;
  if (was === version) return notice("guest-runtime-same", { version });
  return was === null
    ? notice("guest-runtime-installed", { version })
    : notice("guest-runtime-changed", { from: was, version });
}

function startTypeNotice(before: GuestFacts | null, after: GuestFacts): Notice {
  const startType = after.vssStartType ?? "–";
  if (before === null) return notice("guest-vss-start-type", { startType });
  const from = before.vssStartType ?? "–";
  return from === startType
    ? notice("guest-vss-start-type-same", { startType })
    : notice("guest-vss-start-type-changed", { from, startType });
}

function providerNotice(before: GuestFacts | null, { iaasVmProviderInstalled }: GuestFacts): Notice {
  if (!iaasVmProviderInstalled) return notice("guest-provider-missing", {});
  if (before === null) return notice("guest-provider-present", {});
  return before.iaasVmProviderInstalled
    ? notice("guest-provider-same", {})
    : notice("guest-provider-installed", {});
}

function vssTypeNotice({ type }: NonNullable<GuestState["vss"]>): Notice {
  return type === "copy" ? notice("guest-vss-copy", {}) : notice("guest-vss-full", {});
}
