import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { SchemaEngine } from "@prisma/schema-engine-wasm";

/**
 * Opens Prisma's schema engine, as the WebAssembly build that needs no download. For development and tests only: it compares
 * schemas, and checks that Prisma agrees with the migrations.
 *
 * @param url any PostgreSQL database; the engine connects at once, but comparing schema files reads nothing from it
 */
export function openSchemaEngine(url: string, schema: string): Promise<SchemaEngine> {
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(url));
  return SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => undefined, adapter);
}

/** Returns the SQL that leads from one Prisma schema (null: an empty database) to another; empty when they are equal. */
export async function diffSchemas(url: string, from: string | null, to: string): Promise<string> {
  const engine = await openSchemaEngine(url, to);
  try {
    const result = await engine.diff({
      from:
        from === null
          ? { tag: "empty" }
          : { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: from }] },
      to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: to }] },
      script: true,
      exitCode: null,
      filters: { externalEnums: [], externalTables: [] },
    });
    const script = result.stdout ?? "";
    return script.includes("-- This is an empty migration.") ? "" : script;
  } finally {
    engine.free();
  }
}
