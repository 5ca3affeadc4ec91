/** Types that turn the SDK's models into the JSON that ARM sends. */

/** A model of the SDK as JSON: dates are ISO 8601 strings. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer TItem)[]
    ? Json<TItem>[]
    : T extends object
      ? { [TKey in keyof T]: Json<T[TKey]> }
      : T;

/**
 * A resource as ARM sends it. The SDK lifts `properties` to the model's root; on the wire all fields except those of
 * the envelope (`TEnvelope`) are in `properties`.
 */
export type ArmResource<TModel, TEnvelope extends keyof TModel> = Json<Pick<TModel, TEnvelope>> & {
  properties: Json<Omit<TModel, TEnvelope>>;
};
