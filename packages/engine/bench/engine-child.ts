/** The engine of the benchmark: the program itself, which also counts its requests. Answers any message with the count. */
import { subscribe } from "node:diagnostics_channel";

let requests = 0;
subscribe("http.client.request.start", () => (requests += 1));
process.on("message", () => process.send?.({ requests }));
await import("../src/main.ts");
