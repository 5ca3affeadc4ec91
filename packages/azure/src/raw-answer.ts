/** The body of an answer as Azure sent it: the SDK's models drop what they do not know. */
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { z } from "zod";
import type { Json } from "./types.ts";

/** Keeps the answer of one SDK call: pass `onResponse` with the call's options. */
export class RawAnswer {
  #response: PipelineResponse | undefined;

  readonly onResponse = (response: { readonly rawResponse?: PipelineResponse } | PipelineResponse): void => {
    this.#response = "status" in response ? response : response.rawResponse;
  };

  /** The JSON of the answer; an empty object before the call ended. */
  get json(): Json {
    return z.json().parse(JSON.parse(this.#response?.bodyAsText ?? "{}"));
  }
}
