/** What Azure's answers say about budgets. */
import { z } from "zod";
import { retryAfterOf } from "../retry-after.ts";
import type { Bucket } from "./buckets.ts";

export interface BudgetAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | undefined };
  readonly body: string;
}

/** Policies have the name of their bucket and a suffix for whose requests they count. */
function isPolicyOf(policy: string, { name }: Bucket): boolean {
  return policy === name || [`${name}SubscriptionMaximum`, `${name}3Min`, `${name}30Min`].includes(policy);
}

/** Tokens that remain in a bucket; null when the answer does not say. */
export function remainingOf(bucket: Bucket, { headers }: Pick<BudgetAnswer, "headers">): number | null {
  const text = headers.get(`x-ms-ratelimit-remaining-${bucket.header}`);
  if (text === undefined) return null;
  if (bucket.header !== "resource") return numberOf(text);
  // `Microsoft.Compute/PutRestorePointSubscriptionMaximum;149,Microsoft.Compute/…;…`
  const found = text.split(",").flatMap((entry) => {
    const [policy = "", tokens = ""] = entry
      .trim()
      .replace(/^[^/]*\//, "")
      .split(";");
    return isPolicyOf(policy, bucket) ? (numberOf(tokens) ?? []) : [];
  });
  return found.length === 0 ? null : Math.min(...found);
}

function numberOf(text: string): number | null {
  const value = Number.parseInt(text, 10);
  return Number.isNaN(value) ? null : value;
}

const throttledBody = z.object({
  error: z.object({
    code: z.string(),
    details: z
      .array(z.object({ target: z.string().optional() }))
      .optional()
      .catch(undefined),
  }),
});

/** What a 429 limits. */
export interface BudgetRefusal {
  readonly scope: "subscription" | "resource";
  readonly bucket: Bucket;
  readonly forMs: number;
}

/** The bucket that a 429 is about, for whom, and for how long; null for other answers. */
export function refusalOf(buckets: readonly Bucket[], answer: BudgetAnswer): BudgetRefusal | null {
  const [kind] = buckets;
  if (answer.status !== 429 || kind === undefined) return null;
  const forMs = retryAfterOf(answer.headers, Date.now()) ?? defaultBlockMs;
  const parsed = throttledBody.safeParse(jsonOf(answer.body));
  const { code = "", details = [] } = parsed.success ? parsed.data.error : {};
  if (/^(Subscription|Tenant)RequestsThrottled$/.test(code))
    return { scope: "subscription", bucket: kind, forMs };
  const policies = details.flatMap(({ target }) => target ?? []);
  const bucket = buckets.find((one) => policies.some((policy) => isPolicyOf(policy, one)));
  if (bucket !== undefined) return { scope: "subscription", bucket, forMs };
  return { scope: "resource", bucket: buckets.at(-1) ?? kind, forMs };
}

/** A 429 without Retry-After. */
const defaultBlockMs = 30_000;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
