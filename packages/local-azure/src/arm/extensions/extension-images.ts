/** The extensions of each publisher, as `az vm extension image list` reads them. */
import { type CatalogEntry, compareVersions, entriesOf, publishers } from "../../guest/extension-catalog.ts";
import { ArmError } from "../errors.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, computeInSubscription, param, routes } from "../router.ts";

const inLocation = `${computeInSubscription}/locations/{location}/publishers`;
const types = `${inLocation}/{publisher}/artifacttypes/vmextension/types`;
const versions = `${types}/{type}/versions`;

/** These lists are bare arrays, without `value` and pages. */
function list(call: ArmCall, names: readonly string[]): ArmReply {
  const base = call.url.pathname.replace(/\/$/, "");
  const location = param(call, "location");
  return { status: 200, body: names.map((name) => ({ location, name, id: `${base}/${name}` })) };
}

function found(entries: CatalogEntry[]): CatalogEntry {
  const [entry] = entries;
  if (entry) return entry;
  throw new ArmError({ status: 404, code: "NotFound" }, "Artifact: VMExtension was not found.");
}

function listTypes(call: ArmCall): ArmReply {
  const entries = entriesOf(param(call, "publisher"));
  return list(
    call,
    entries.map(({ type }) => type),
  );
}

function listVersions(call: ArmCall): ArmReply {
  const entry = found(entriesOf(param(call, "publisher"), param(call, "type")));
  const [, prefix = ""] =
    /startswith\(\s*name\s*,\s*'([^']*)'\s*\)/i.exec(call.query.get("$filter") ?? "") ?? [];
  const sorted = entry.versions.filter((version) => version.startsWith(prefix)).sort(compareVersions);
  if (/name\s+desc/i.test(call.query.get("$orderby") ?? "")) sorted.reverse();
  const top = Number(call.query.get("$top") ?? sorted.length);
  return list(call, sorted.slice(0, Number.isSafeInteger(top) && top >= 0 ? top : sorted.length));
}

function getVersion(call: ArmCall): ArmReply {
  const entry = found(entriesOf(param(call, "publisher"), param(call, "type")));
  const name = param(call, "version");
  if (!entry.versions.includes(name)) found([]);
  return {
    status: 200,
    body: {
      id: call.url.pathname,
      name,
      location: param(call, "location"),
      properties: {
        operatingSystem: entry.os,
        computeRole: "IaaS",
        vmScaleSetEnabled: true,
        supportsMultipleExtensions: false,
      },
    },
  };
}

export const extensionImages: ArmPart = {
  routes: [
    ...routes(
      { name: "virtualMachineImages", api: "compute" },
      { listPublishers: ["GET", inLocation, (call) => list(call, publishers)] },
    ),
    ...routes(
      { name: "virtualMachineExtensionImages", api: "compute" },
      {
        listTypes: ["GET", types, listTypes],
        listVersions: ["GET", versions, listVersions],
        get: ["GET", `${versions}/{version}`, getVersion],
      },
    ),
  ],
};
