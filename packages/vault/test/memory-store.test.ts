import { describe } from "vitest";
import { MemoryStore } from "./memory-store.ts";
import { storeConformance } from "./store-conformance.ts";

describe("the memory store", () => {
  storeConformance(async () => new MemoryStore());
});
