export {
  createToken,
  findToken,
  getToken,
  listTokens,
  revokeToken,
  type TokenRow,
  touchToken,
} from "./write.ts";
