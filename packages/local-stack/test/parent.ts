/** Starts a child as the stack does and sends its process id: `node parent.ts MODULE LOG`. Runs until it is killed. */
import { exitWithParent, startChild } from "../src/child.ts";

const [module, logFile] = process.argv.slice(2);
if (module === undefined || logFile === undefined) throw new Error("usage: parent.ts MODULE LOG");
const child = await startChild({ name: "child", module, env: {}, logFile, execArgv: exitWithParent });
process.send?.({ pid: child.pid });
setInterval(() => undefined, 60_000);
