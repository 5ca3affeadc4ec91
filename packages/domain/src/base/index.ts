export { batchesOf } from "./batches.ts";
export { formatBytes, safeBytes } from "./bytes.ts";
export { canonicalJson, storableJson } from "./canonical-json.ts";
export { type Clock, systemClock, type TimedClock } from "./clock.ts";
export { type Concurrency, forEachConcurrent, mapConcurrent } from "./concurrent.ts";
export { uuidv7 } from "./ids.ts";
export { limits } from "./limits.ts";
export { type Locale, locales } from "./locale.ts";
export { isStorable, textLine, textLines } from "./text.ts";
export {
  type ActorView,
  actorView,
  byteSumView,
  bytesView,
  countView,
  type ErrorView,
  errorView,
  instantView,
  listedMost,
  pageView,
  policyVersionView,
  type Ref,
  refView,
} from "./view.ts";
