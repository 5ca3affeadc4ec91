export { judgeDamagedVms } from "./attention.ts";
export { type AvoidedPlaces, avoidedPlaces } from "./avoided.ts";
export { closeDamage, type HealedPlace, recordHealed, recordReadWhole } from "./heal.ts";
export { type DamageMatch, matchDamage } from "./matching.ts";
export { type GonePack, LOST_MOVE, listDamageOfMoved, listLostMoves } from "./moved.ts";
export { keepDamaged } from "./points.ts";
export {
  endReach,
  listPointsToReach,
  listVaultsToReach,
  noteReachFailed,
  type PointToReach,
  reachNewPoint,
  storeReach,
} from "./reach.ts";
export {
  countDamage,
  listDamage,
  readPointDamage,
  sumDamage,
} from "./read.ts";
export { type FoundDamage, recordDamage } from "./record.ts";
export { closeGoneTables, closeGoodTables } from "./tables.ts";
export {
  type DamagedDisk,
  type DamageRow,
  damageRow,
  damageTotals,
  type PointDamageView,
  pointDamage,
} from "./view.ts";
