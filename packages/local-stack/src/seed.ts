import { openDatabase } from "@kluis/db";
import { seedBasics } from "@kluis/db/seed";
import { CONTOSO_SUBSCRIPTION_ID, demoGroups } from "@kluis/local-azure";

/** Creates the teams, roles and policies of the demo. Existing ones stay unchanged. */
export async function seedInstallation(databaseUrl: string): Promise<void> {
  const db = await openDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    await seedBasics(db, {
      subscriptionId: CONTOSO_SUBSCRIPTION_ID,
      groups: {
        owners: demoGroups.owners.id,
        auditors: demoGroups.auditors.id,
        commerceAdmins: demoGroups.commerceAdmins.id,
        commerceOperators: demoGroups.commerceOperators.id,
        platformReaders: demoGroups.platformReaders.id,
      },
      groupNames: Object.fromEntries(Object.values(demoGroups).map(({ id, name }) => [id, name])),
    });
  } finally {
    await db.close();
  }
}
