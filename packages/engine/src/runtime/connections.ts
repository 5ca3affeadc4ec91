/**
 * The connections of this process, opened from their rows. One query per task notices a change, so that a rotated secret and a
 * disabled connection count without a restart.
 */
import {
  type AzureConfig,
  type AzureConnection,
  type AzureCredentialConfig,
  type AzureDirectory,
  connect,
  createHttpClient,
} from "@kluis/azure";
import {
  type ConnectionRow,
  type Db,
  listConnections,
  readConfigVersion,
  readSealedSecrets,
  type SecretBox,
} from "@kluis/db";
import { type BudgetStore, type Clock, KluisError, type RequestLimit } from "@kluis/domain";

export interface ConnectionsOptions {
  readonly db: Db;
  readonly clock: Clock;
  /** Where processes share the requests that Azure allows. */
  readonly budgetStore: BudgetStore;
  /** Gets the time of each answer of Azure. */
  readonly onTime?: (at: Date) => void;
  readonly secrets: SecretBox;
  /** Public host → address on this machine, for a local Azure. */
  readonly rewrite: ReadonlyMap<string, string>;
  /** `x-ms-version` of requests on disk access URLs; undefined: the default. */
  readonly storageVersion?: string | undefined;
  /** Token file of the workload identity of this process; null: it has none. */
  readonly federatedTokenFile: string | null;
  /** Limit of one request; default: connect's. */
  readonly timeoutMs?: number | undefined;
  /** Limit of one request for the bytes of a disk; default: domain's. */
  readonly requestLimit?: RequestLimit | undefined;
  /** Reads the environment's connection again, with the file that it names; null when the environment has none. */
  readonly readEnvironment: () => AzureConfig | null;
}

interface Entry {
  readonly row: ConnectionRow;
  /** What the open connection was made of; another text: it must be opened again. */
  readonly fingerprint: string;
  /** The open connection, or why it cannot be opened. */
  readonly azure: AzureDirectory | KluisError;
}

/** A connection with its state, for tasks that visit all of them. */
export interface ListedConnection {
  readonly row: ConnectionRow;
  /** @throws KluisError CONNECTION_UNUSABLE when its credential cannot be read */
  readonly open: () => AzureDirectory;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  #entries: readonly Entry[] = [];
  #version: number | null = null;
  #loading: Promise<void> | null = null;
  readonly #now = (): number => this.#options.clock.now().getTime();

  /**
   * All connections as one: each call goes through the connection that reads the subscription. Disabled ones included, because
   * running jobs end and clean up; {@link Connections.list} says which take new work.
   */
  readonly azure: AzureConnection;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    const subscriptions = (): readonly string[] => this.#subscriptions();
    this.azure = {
      get subscriptions() {
        return subscriptions();
      },
      httpClient: createHttpClient(options.rewrite),
      now: this.#now,
      compute: (subscriptionId) => this.#of(subscriptionId).compute(subscriptionId),
      endpointsOf: (subscriptionId) => this.#of(subscriptionId).endpointsOf(subscriptionId),
    };
  }

  /** Loads the rows again when one changed. Concurrent callers share a load, but not one that began before they called. */
  async refresh(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    this.#loading ??= this.#refreshOnce().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  /** Also reads the environment's files again, whose secret may have been replaced. */
  async reload(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    this.#version = null;
    await this.refresh();
  }

  /** All connections, the oldest first. */
  list(): readonly ListedConnection[] {
    return this.#entries.map(({ row, azure }) => ({ row, open: () => opened(azure) }));
  }

  /** @throws KluisError NOT_FOUND */
  get(id: string): ListedConnection {
    const found = this.list().find(({ row }) => row.id === id);
    if (found !== undefined) return found;
    throw new KluisError("NOT_FOUND", {
      reason: "connection",
      message: `There is no connection "${id}".`,
      params: { connection: id },
    });
  }

  #subscriptions(): readonly string[] {
    return this.#entries.flatMap(({ row }) => row.subscriptions.map(({ id }) => id));
  }

  #of(subscriptionId: string): AzureDirectory {
    const key = subscriptionId.toLowerCase();
    const entry = this.#entries.find(({ row }) => row.subscriptions.some(({ id }) => id === key));
    if (entry !== undefined) return opened(entry.azure);
    throw new KluisError("CONNECTION_UNUSABLE", {
      reason: "none",
      message: `No connection to Azure reads subscription ${subscriptionId}.`,
      action: "Ask an owner to select the subscription in a connection, under Settings.",
      params: { subscription: subscriptionId },
    });
  }

  async #refreshOnce(): Promise<void> {
    const { prisma } = this.#options.db;
    // Read before the rows: a change in between is loaded again by the next call.
    const version = await readConfigVersion(prisma);
    if (version === this.#version) return;
    const rows = await listConnections(prisma);
    const sealed = await readSealedSecrets(prisma);
    const environment = this.#options.readEnvironment();
    const before = new Map(this.#entries.map((entry) => [entry.row.id, entry]));
    this.#entries = rows.map((row) => {
      const found = this.#configOf(row, { sealed: sealed.get(row.id) ?? null, environment });
      const fingerprint = JSON.stringify(
        found instanceof KluisError ? found.message : { ...found, rewrite: null },
      );
      const known = before.get(row.id);
      if (known?.fingerprint === fingerprint) return { ...known, row };
      return {
        row,
        fingerprint,
        azure:
          found instanceof KluisError
            ? found
            : connect(found, {
                now: this.#now,
                budgetStore: this.#options.budgetStore,
                onTime: this.#options.onTime,
                timeoutMs: this.#options.timeoutMs,
                requestLimit: this.#options.requestLimit,
              }),
      };
    });
    this.#version = version;
  }

  #configOf(
    row: ConnectionRow,
    given: { readonly sealed: Uint8Array | null; readonly environment: AzureConfig | null },
  ): AzureConfig | KluisError {
    const { tenantId, authorityHost, armUrl } = row;
    const credential =
      row.source === "environment"
        ? environmentCredential(row, given.environment)
        : this.#credentialOf(row, given.sealed);
    if (credential instanceof KluisError) return credential;
    const subscriptions = row.subscriptions.map(({ id }) => id);
    const { rewrite, storageVersion } = this.#options;
    return { tenantId, authorityHost, armUrl, credential, subscriptions, rewrite, storageVersion };
  }

  #credentialOf(row: ConnectionRow, sealed: Uint8Array | null): AzureCredentialConfig | KluisError {
    const { credentialKind: kind, clientId } = row;
    if (kind === "managed-identity") return { kind, clientId };
    if (kind === "workload-identity") {
      const { federatedTokenFile: tokenFile } = this.#options;
      return tokenFile === null ? withoutEnvironment(row) : { kind, clientId: clientId ?? "", tokenFile };
    }
    const secret = sealed === null ? null : this.#options.secrets.open(sealed, `connection:${row.id}`);
    if (secret === null) return unreadableSecret(row);
    return kind === "secret"
      ? { kind, clientId: clientId ?? "", secret }
      : { kind, clientId: clientId ?? "", certificate: secret };
  }
}

function opened(azure: AzureDirectory | KluisError): AzureDirectory {
  if (azure instanceof KluisError) throw azure;
  return azure;
}

/**
 * The environment must still describe the same identity as the row, which another engine may have written. The secret itself is
 * not compared: an app has two valid ones while its secret is being replaced, and each engine reads its own file.
 */
export function environmentCredential(
  row: Pick<ConnectionRow, "name" | "tenantId" | "authorityHost" | "armUrl" | "credentialKind" | "clientId">,
  environment: Pick<AzureConfig, "tenantId" | "authorityHost" | "armUrl" | "credential"> | null,
): AzureCredentialConfig | KluisError {
  if (environment === null) return withoutEnvironment(row);
  const { credential, tenantId, authorityHost, armUrl } = environment;
  const isSame =
    tenantId === row.tenantId &&
    authorityHost === row.authorityHost &&
    armUrl === row.armUrl &&
    credential.kind === row.credentialKind &&
    credential.clientId === row.clientId;
  return isSame ? credential : withoutEnvironment(row);
}

function withoutEnvironment({ name }: Pick<ConnectionRow, "name">): KluisError {
  return new KluisError("CONNECTION_UNUSABLE", {
    reason: "environment",
    message: `The environment of this engine does not have the credential of connection ${name}.`,
    action: "Set the variables of the connection for every engine, and start it again.",
    params: { connection: name },
  });
}

function unreadableSecret({ name }: ConnectionRow): KluisError {
  return new KluisError("CONNECTION_UNUSABLE", {
    reason: "secret",
    message: `The stored credential of connection ${name} cannot be decrypted.`,
    action: "Restore the file that KLUIS_SECRETS_KEY_FILE names, or enter the credential again.",
    params: { connection: name },
  });
}
