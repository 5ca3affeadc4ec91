/** The JSON that ARM sends: types from the SDK's models, and the fields of all resources. */

type Tags = Record<string, string>;

/** A model of the SDK as JSON: dates are ISO 8601 strings. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer TItem)[]
    ? Json<TItem>[]
    : T extends object
      ? { [TKey in keyof T]: Json<T[TKey]> }
      : T;

/**
 * A resource as ARM sends it. The SDK lifts `properties` to the model's root; on the wire all
 * fields except those of the envelope (`TEnvelope`) are in `properties`.
 */
export type ArmResource<TModel, TEnvelope extends keyof TModel> = Json<Pick<TModel, TEnvelope>> & {
  properties: Json<Omit<TModel, TEnvelope>>;
};

/** The envelope of a resource in a resource group. */
export function envelope<T extends { id: string; name: string; location: string; tags?: Tags | undefined }>(
  type: { name: string },
  { id, name, location, tags }: T,
): { id: string; name: string; type: string; location: string; tags?: Tags } {
  return { id, name, type: `Microsoft.Compute/${type.name}`, location, ...(tags ? { tags } : {}) };
}
