export {
  judgeRecoveryKey,
  listVaultKeys,
  noteKeyProven,
  readKeyCopies,
  type SeenKey,
  syncVaultKeys,
  type VaultKeyRow,
} from "./store.ts";
