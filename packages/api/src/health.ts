import type { Api } from "./context.ts";
import { pending } from "./pending.ts";
import type { HealthView } from "./views/index.ts";
export function readHealth(_api: Api): Promise<HealthView> {
  return pending();
}
