/** A model of the SDK as JSON carries it: dates are ISO 8601 strings. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer TItem)[]
    ? Json<TItem>[]
    : T extends object
      ? { [TKey in keyof T]: Json<T[TKey]> }
      : T;

/**
 * A resource as ARM sends it. The SDK hoists `properties` to the model's root; on the wire everything but the
 * envelope's own fields (`TEnvelope`) lies in `properties`.
 */
export type ArmResource<TModel, TEnvelope extends keyof TModel> = Json<Pick<TModel, TEnvelope>> & {
  properties: Json<Omit<TModel, TEnvelope>>;
};

/** One page of a list. */
export interface ArmPage<TItem> {
  value: TItem[];
  nextLink?: string;
}
