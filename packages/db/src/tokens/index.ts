export {
  createToken,
  findToken,
  listTokens,
  revokeToken,
  type TokenRow,
  touchToken,
} from "./write.ts";
