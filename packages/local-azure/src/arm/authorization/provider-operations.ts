/** The operations of each provider, as authors of custom roles read them: Azure's actions that this server knows. */
import { knownActions } from "../actions.ts";
import { namespaceInvalid } from "../errors.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";

const path = "/providers/Microsoft.Authorization/providerOperations";

interface ProviderOperations {
  namespace: string;
  /** Actions by type: `virtualMachines/extensions`. */
  types: Map<string, string[]>;
}

function providers(): ProviderOperations[] {
  const found = new Map<string, ProviderOperations>();
  for (const action of knownActions) {
    const [namespace = "", ...rest] = action.split("/");
    const type = rest.slice(0, rest.at(-1) === "action" ? -2 : -1).join("/");
    const provider = found.get(namespace) ?? { namespace, types: new Map<string, string[]>() };
    provider.types.set(type, [...(provider.types.get(type) ?? []), action]);
    found.set(namespace, provider);
  }
  return [...found.values()].sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

function operationsBody({ namespace, types }: ProviderOperations): object {
  const display = namespace.replace(/^Microsoft\./, "Microsoft ");
  return {
    id: `${path}/${namespace}`,
    name: namespace,
    type: "Microsoft.Authorization/providerOperations",
    displayName: display,
    operations: [],
    resourceTypes: [...types].map(([type, actions]) => ({
      name: type,
      displayName: type,
      operations: actions.map((name) => ({
        name,
        displayName: name.slice(namespace.length + 1),
        description: name.slice(namespace.length + 1),
        origin: "user,system",
        isDataAction: false,
      })),
    })),
  };
}

function get(call: ArmCall): ArmReply {
  const wanted = param(call, "namespace").toLowerCase();
  const found = providers().find(({ namespace }) => namespace.toLowerCase() === wanted);
  if (!found) throw namespaceInvalid(param(call, "namespace"));
  return { status: 200, body: operationsBody(found) };
}

export const providerOperations: ArmPart = {
  routes: routes(
    { name: "providerOperationsMetadata", api: "roleDefinitions" },
    {
      list: ["GET", path, (call) => page(call, providers(), operationsBody)],
      get: ["GET", `${path}/{namespace}`, get],
    },
  ),
};
