/** Lists of Microsoft Graph: filters, pages and the links between them; and the shape of its errors. */
import { randomUUID } from "node:crypto";

export type Entity = Record<string, unknown> & { id: string };

/** A request that Graph does not carry out. */
export class GraphRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "GraphRefused";
    this.status = status;
    this.code = code;
  }
}

/** https://learn.microsoft.com/graph/errors#error-resource-type */
export function refusalBody(
  { code, message }: { readonly code: string; readonly message: string },
  now: number,
) {
  const id = randomUUID();
  const date = new Date(now).toISOString().slice(0, 19);
  return { error: { code, message, innerError: { date, "request-id": id, "client-request-id": id } } };
}

const PAGE = 100;
const PAGE_MOST = 999;
/** Values of one `in` filter. */
const VALUES_MOST = 15;

/** One page of a list, with the link to the next one. @throws GraphRefused */
export function listPage(
  entities: readonly Entity[],
  url: URL,
  { base, most = PAGE_MOST }: { readonly base: string; readonly most?: number | undefined },
): { readonly value: readonly Entity[]; readonly "@odata.nextLink"?: string } {
  const asked = Number(url.searchParams.get("$top") ?? PAGE);
  if (!Number.isInteger(asked) || asked < 1 || asked > PAGE_MOST)
    throw new GraphRefused(400, "Request_BadRequest", `Invalid page size specified: '${asked}'.`);
  const top = Math.min(asked, most);
  const from = Number(url.searchParams.get("$skiptoken") ?? 0);
  if (!Number.isInteger(from) || from < 0)
    throw new GraphRefused(400, "Directory_ExpiredPageToken", "The specified page token value has expired.");
  const found = filtered(entities, url.searchParams.get("$filter"));
  const value = found.slice(from, from + top);
  if (from + top >= found.length) return { value };
  const next = new URL(url.pathname + url.search, base);
  next.searchParams.set("$skiptoken", String(from + top));
  return { value, "@odata.nextLink": next.href };
}

/** `id in (…)` and `startswith(displayName,…)`; any other filter is compared with all fields, which is enough for tools. */
function filtered(entities: readonly Entity[], filter: string | null): readonly Entity[] {
  if (filter === null || filter === "") return entities;
  const wanted = [...filter.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) =>
    text.replaceAll("''", "'").toLowerCase(),
  );
  if (/^id in \(/i.test(filter) && wanted.length > VALUES_MOST) {
    const message = `Too many child clauses specified in search filter expression containing 'OR' operators: ${wanted.length}. Max allowed: ${VALUES_MOST}.`;
    throw new GraphRefused(400, "Request_UnsupportedQuery", message);
  }
  if (/^startswith\(displayName,/i.test(filter))
    return entities.filter(({ displayName }) =>
      String(displayName)
        .toLowerCase()
        .startsWith(wanted[0] ?? ""),
    );
  return entities.filter((entity) => {
    const values = Object.values(entity)
      .flat()
      .map((value) => String(value).toLowerCase());
    return wanted.some((text) => values.includes(text));
  });
}
