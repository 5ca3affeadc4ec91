export { type CreateApiOptions, createApi } from "./api.ts";
export { type OfferedClaim, offerClaim } from "./claim/offer.ts";
export {
  type Api,
  type RequestContext,
  requireSignedIn,
  type SignedInContext,
  type Who,
} from "./context.ts";
export { type DiskDownload, openDiskDownload } from "./downloads/download.ts";
export { type ByteRange, decideRange, type RangeDecision } from "./downloads/http-range.ts";
export { type ApiEnv, parseApiEnv } from "./env.ts";
export { type ApiError, apiErrorOf, httpStatusOf, kluisErrorOf } from "./error-map.ts";
export { publicHealth, readHealth } from "./health/service.ts";
export { apiResponse } from "./http.ts";
export {
  type Credentials,
  createContext,
  type SignIn,
  signIn,
  signInRefused,
  signOut,
} from "./identity/identity.ts";
export { openPointReport, type PointReport } from "./reports/render.ts";
export { diskDownloadResponse, errorResponse, pointReportResponse } from "./responses.ts";
export { type AppRouter, appRouter, createCaller } from "./root.ts";
