/**
 * Reads accounts and groups from the directory: of everyone who has something to lose, and of the groups that hold roles. What the
 * directory does not answer changes nothing; rights by groups end by their age.
 */
import { groupsPerRequest } from "@kluis/azure/directory";
import {
  type AssignedGroup,
  clearAttention,
  databaseNow,
  type FollowedPerson,
  forgetRecurringWork,
  inTransaction,
  knownError,
  listAssignedGroups,
  listFollowed,
} from "@kluis/db";
import { isKluisError, type KluisError, limits } from "@kluis/domain";
import type { EngineDeps } from "../../deps.ts";
import { type RecurringWork, runWork, type WorkPage } from "../../runtime/recurring-work.ts";
import type { Again } from "../../runtime/tasks.ts";
import { endGone } from "./gone.ts";
import { type Asking, readGroups, readPerson } from "./store.ts";

/** Users of one page. */
const USERS = 50;
/** Users about whom is asked at the same time: a small part of what Microsoft Graph allows. */
const AT_ONCE = 4;
/** Questions in a row without an answer after which the rest of the page is not asked: the directory is down, not one user. */
const UNANSWERED_MOST = 3;

type Item =
  | { readonly kind: "person"; readonly person: FollowedPerson }
  | { readonly kind: "groups"; readonly groups: readonly AssignedGroup[] }
  /** The end of the pass: accounts that are gone lose their access. */
  | { readonly kind: "gone" }
  /** The settings do not say whom to ask. */
  | { readonly kind: "settings"; readonly error: unknown };

type Deps = Pick<EngineDeps, "db" | "clock" | "log" | "directory">;

/** Continues the pass that is under way, or begins one. */
export async function readDirectory(deps: Deps, signal: AbortSignal): Promise<Again | null> {
  const { client, groupRightsMs } = deps.directory;
  if (client === null) {
    // It was on before: its last failure concerns no one now.
    await inTransaction(deps.db, async (tx) => {
      if (await forgetRecurringWork(tx, "directory")) await clearAttention(tx, "recurring-work:directory");
    });
    return null;
  }
  return runWork(deps, reading({ db: deps.db, clock: deps.clock, client, groupRightsMs }), signal);
}

function reading(asking: Asking): RecurringWork<Item> {
  const breaker = new Breaker();
  return {
    name: "directory",
    atOnce: AT_ONCE,
    async page(cursor) {
      breaker.reset();
      try {
        return await pageAt(asking, cursor);
      } catch (error) {
        // Of the settings: as an item it is raised, and tried again at the next pass.
        if (!isKluisError(error, "CONFIG_INVALID")) throw error;
        return { items: [{ kind: "settings", error }], next: null };
      }
    },
    nameOf(item) {
      if (item.kind === "person") return `user ${item.person.name}`;
      if (item.kind === "gone") return "accounts that are gone";
      return item.kind === "groups" ? "names of groups" : "settings of the directory";
    },
    async work(item, signal) {
      if (item.kind === "settings") throw item.error;
      if (item.kind === "gone") return endGone(asking, signal);
      return breaker.run(() =>
        item.kind === "groups"
          ? readGroups(asking, item.groups, signal)
          : readPerson(asking, item.person, signal),
      );
    },
  };
}

const parts = ["users", "groups", "gone"] as const;

/** `users:ID`, `groups:ID`, `gone:`; a cursor of another version begins the pass again. */
function placeIn(cursor: string | null): {
  readonly part: (typeof parts)[number];
  readonly after: string | null;
} {
  const [name, after = ""] = cursor?.split(":") ?? [];
  const part = parts.find((one) => one === name);
  return part === undefined ? { part: "users", after: null } : { part, after: after === "" ? null : after };
}

async function pageAt(asking: Asking, cursor: string | null): Promise<WorkPage<Item>> {
  const { part, after } = placeIn(cursor);
  const { prisma } = asking.db;
  if (part === "gone") return { items: [{ kind: "gone" }], next: null };
  if (part === "groups") {
    const groups = await listAssignedGroups(prisma, { after, limit: groupsPerRequest });
    const last = groups.length < groupsPerRequest ? undefined : groups.at(-1);
    return {
      items: groups.length === 0 ? [] : [{ kind: "groups", groups }],
      next: last === undefined ? "gone:" : `groups:${last.id}`,
    };
  }
  const tenantId = asking.client.tenantId();
  const idleSince = new Date((await databaseNow(prisma)).getTime() - limits.sessionIdleMs);
  const followed = await listFollowed(prisma, { tenantId, idleSince, after, limit: USERS });
  const last = followed.length < USERS ? undefined : followed.at(-1);
  return {
    items: followed.map((person) => ({ kind: "person", person })),
    next: last === undefined ? "groups:" : `users:${last.id}`,
  };
}

/** Asks nothing more in a page after an answer that concerns every question. */
class Breaker {
  #stopped: KluisError | null = null;
  #unanswered = 0;

  reset(): void {
    this.#stopped = null;
    this.#unanswered = 0;
  }

  async run(ask: () => Promise<void>): Promise<void> {
    if (this.#stopped !== null) throw this.#stopped;
    try {
      await ask();
      this.#unanswered = 0;
    } catch (error) {
      const known = knownError(error);
      if (known.code === "DIRECTORY_UNUSABLE") this.#judge(known);
      throw error;
    }
  }

  #judge(error: KluisError): void {
    const concernsAll = error.reason === "forbidden" || error.reason === "sign-in";
    if (error.reason === "no-answer") this.#unanswered++;
    if (concernsAll || this.#unanswered >= UNANSWERED_MOST) this.#stopped = error;
  }
}
