/** What a discovery has read of a subscription so far. Writing a page twice has the same result. */
import type { ErrorInfo } from "@kluis/domain";
import { z } from "zod";
import { toJson } from "../json.ts";
import { errorInfoSchema } from "../subscriptions/write.ts";
import type { Tx } from "../tx.ts";

/** A subscription in one pass of the discovery. */
export interface InventoryPass {
  readonly passId: string;
  readonly subscriptionId: string;
}

export type InventoryList = "states" | "disks";

export interface InventoryPage extends InventoryPass {
  readonly kind: InventoryList;
  readonly number: number;
  readonly items: readonly object[];
}

export async function saveInventoryPage(tx: Tx, { items, ...key }: InventoryPage): Promise<void> {
  await tx.inventoryPage.upsert({
    where: { passId_subscriptionId_kind_number: key },
    create: { ...key, items: toJson(items) },
    update: { items: toJson(items) },
  });
}

/** The items of all pages of a list, page by page. */
export async function* inventoryItems(
  tx: Tx,
  { passId, subscriptionId }: InventoryPass,
  kind: InventoryList,
): AsyncGenerator<unknown> {
  for (let after = -1; ; ) {
    const page = await tx.inventoryPage.findFirst({
      where: { passId, subscriptionId, kind, number: { gt: after } },
      orderBy: { number: "asc" },
    });
    if (page === null) return;
    yield* z.array(z.unknown()).parse(page.items);
    after = page.number;
  }
}

/** Notes why a pass could not read or store something of the subscription. The first reason stays. */
export async function noteInventoryProblem(
  tx: Tx,
  { passId, subscriptionId }: InventoryPass,
  problem: ErrorInfo,
): Promise<void> {
  await tx.inventoryPage.createMany({
    data: { passId, subscriptionId, kind: "problem", number: 0, items: toJson(problem) },
    skipDuplicates: true,
  });
}

export async function readInventoryProblem(
  tx: Tx,
  { passId, subscriptionId }: InventoryPass,
): Promise<ErrorInfo | null> {
  const key = { passId, subscriptionId, kind: "problem", number: 0 };
  const row = await tx.inventoryPage.findUnique({ where: { passId_subscriptionId_kind_number: key } });
  return row === null ? null : errorInfoSchema.parse(row.items);
}

/** The pass has left the subscription. */
export async function removeInventoryPages(tx: Tx, { passId, subscriptionId }: InventoryPass): Promise<void> {
  await tx.inventoryPage.deleteMany({ where: { passId, subscriptionId } });
}

/** Removes what passes left that never ended. */
export async function removeOldInventoryPages(tx: Tx, before: Date): Promise<void> {
  await tx.inventoryPage.deleteMany({ where: { storedAt: { lt: before } } });
}
