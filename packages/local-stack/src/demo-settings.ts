/** How the demo's local Azure differs from Azure. The start message names each difference. */
import { lenientSettings, type StartOptions } from "@kluis/local-azure";

/** A visitor of the demo does not wait for an hour, so its budget of restore points refills faster. */
export const RESTORE_POINT_REFILL = 60;

/** Settings of the demo's local Azure; those of test suites with `KLUIS_LOCAL_AZURE=lenient`. */
export function demoAzureSettings(
  env: Readonly<Record<string, string | undefined>>,
): NonNullable<StartOptions["settings"]> {
  return env["KLUIS_LOCAL_AZURE"] === "lenient"
    ? lenientSettings
    : { restorePointRefill: RESTORE_POINT_REFILL };
}
