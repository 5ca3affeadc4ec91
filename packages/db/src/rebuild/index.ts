export {
  addRebuiltPoint,
  type CatalogUse,
  digestOfPoint,
  type RebuiltPolicy,
  type RebuiltVm,
  readCatalogUse,
  upsertRebuiltPolicy,
  upsertRebuiltVm,
} from "./rebuild.ts";
