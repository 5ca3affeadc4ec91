/** Access to the bytes of disks and snapshots: begin and end. */
import { expect } from "vitest";
import { type Answer, type Azure, at, compute, emptyDisk, REGION, text } from "./azure.ts";
import { type Kind, refused, sources } from "./case.ts";

export const read = { access: "Read", durationInSeconds: 3600 };
const d1 = compute("disks/d1");

/** Opens a resource. Returns its URL. */
export async function open(azure: Azure, path: string, body: object = read): Promise<string> {
  const begun = await azure.post(`${path}/beginGetAccess`, { body });
  if (begun.status !== 202) throw new Error(`${begun.status} ${begun.text}`);
  const status = await azure.finish(begun, 2);
  return text(at(status, "properties.output.accessSAS"));
}

export const close = (azure: Azure, path: string): Promise<Answer> =>
  azure.done("POST", `${path}/endGetAccess`);

const snapshot = (name: string, source: string): [string, object] => [
  compute(`snapshots/${name}`),
  {
    body: {
      location: REGION,
      properties: { incremental: true, creationData: { createOption: "Copy", sourceResourceId: source } },
    },
  },
];

export const access: Kind = {
  name: "access",
  seed: async (azure) => {
    await azure.vm("web");
    await azure.disk("d1");
  },
  cases: [
    {
      says: "Begin is 202 with both links and no body; the status has the URL as output, Location has it alone",
      source: "Azure/azure-powershell#5956",
      run: async (azure) => {
        const begun = await azure.post(`${d1}/beginGetAccess`, { body: read });
        expect([begun.status, begun.text]).toEqual([202, ""]);
        const location = begun.headers.get("location") ?? "";
        expect(location).toMatch(
          /\/providers\/Microsoft\.Compute\/locations\/westeurope\/DiskOperations\/[0-9a-f-]{36}\?p=[0-9a-f-]{36}&monitor=true&api-version=/,
        );
        expect((await azure.get(location)).status).toBe(202);
        const status = await azure.finish(begun);
        const url = text(at(status, "properties.output.accessSAS"));
        expect(url).toContain("/abcd?");
        const alone = await azure.get(location);
        expect([alone.status, alone.json]).toEqual([200, { accessSAS: url }]);
        await close(azure, d1);
      },
    },
    {
      says: "The URL names a stored policy: sv, sr, si and sig, without an expiry",
      source: "Azure/azure-sdk-for-java#32386",
      run: async (azure) => {
        const url = new URL(await open(azure, d1));
        expect([...url.searchParams.keys()]).toEqual(["sv", "sr", "si", "sig"]);
        expect(url.searchParams.get("sr")).toBe("b");
        expect(url.pathname).toMatch(/\/md-[^/]+\/[^/]+\/abcd$/);
        await close(azure, d1);
      },
    },
    {
      says: "A second begin returns the same URL",
      source: sources.pointManage,
      run: async (azure) => {
        const first = await open(azure, d1);
        expect(await open(azure, d1)).toBe(first);
        await close(azure, d1);
      },
    },
    {
      says: "An open disk is ActiveSAS, is not deleted and not attached",
      source: sources.incremental,
      run: async (azure) => {
        await open(azure, d1);
        expect(at(await azure.get(d1), "properties.diskState")).toBe("ActiveSAS");
        refused(await azure.del(d1), 409, {
          code: "OperationNotAllowed",
          says: "active shared access signature",
        });
        const body = { dataDisksToAttach: [{ diskId: d1, lun: 3 }] };
        expect(
          (await azure.post(`${compute("virtualMachines/web")}/attachDetachDataDisks`, { body })).status,
        ).toBe(409);
        await close(azure, d1);
        expect(at(await azure.get(d1), "properties.diskState")).toBe("Unattached");
      },
    },
    {
      says: "The disk of a running VM is not opened: 409 Conflict with the VM's id",
      source: "microsoft/AzureStorageExplorer#6654",
      run: async (azure) =>
        refused(await azure.post(`${compute("disks/web-os")}/beginGetAccess`, { body: read }), 409, {
          code: "Conflict",
          says: `Access not permitted because disk web-os is currently attached to running VM ${compute("virtualMachines/web")}.`,
        }),
    },
    {
      says: "Access lasts at most 60 days and at least a second",
      source: sources.sas,
      run: async (azure) => {
        for (const durationInSeconds of [5_184_001, 0])
          refused(
            await azure.post(`${d1}/beginGetAccess`, { body: { access: "Read", durationInSeconds } }),
            400,
            { code: "InvalidParameter", says: "durationInSeconds" },
          );
        await open(azure, d1, { access: "Read", durationInSeconds: 5_184_000 });
        await close(azure, d1);
      },
    },
    {
      says: "Access must be a known word",
      source: sources.specification,
      run: async (azure) => {
        refused(
          await azure.post(`${d1}/beginGetAccess`, { body: { access: "Nope", durationInSeconds: 60 } }),
          400,
          { code: "InvalidParameter", says: "'Nope'" },
        );
        refused(await azure.post(`${d1}/beginGetAccess`, { body: { durationInSeconds: 60 } }), 400, {
          code: "InvalidParameter",
          says: "grantAccessData.access",
        });
      },
    },
    {
      says: "DenyAll refuses export",
      source: sources.privateLink,
      run: async (azure) => {
        await azure.disk("deny", { properties: { networkAccessPolicy: "DenyAll" } });
        refused(await azure.post(`${compute("disks/deny")}/beginGetAccess`, { body: read }), 409, {
          code: "OperationNotAllowed",
        });
      },
    },
    {
      says: "Guest state needs a security profile",
      source: "Azure/azure-powershell#24635",
      run: async (azure) =>
        refused(
          await azure.post(`${d1}/beginGetAccess`, { body: { ...read, getSecureVMGuestStateSAS: true } }),
          400,
          {
            code: "BadRequest",
            says: "can be set only for disk with SecurityProfile",
          },
        ),
    },
    {
      says: "An upload goes from ReadyToUpload through ActiveUpload; a VHD without footer is InvalidVhd",
      source: sources.upload,
      run: async (azure) => {
        const path = compute("disks/up");
        const uploadSizeBytes = 1024 ** 3 + 512;
        await azure.done("PUT", path, {
          body: {
            location: REGION,
            properties: { creationData: { createOption: "Upload", uploadSizeBytes } },
          },
        });
        expect(at(await azure.get(path), "properties.diskState")).toBe("ReadyToUpload");
        const url = await open(azure, path, { access: "Write", durationInSeconds: 3600 });
        expect(url).toContain("/md-impexp-");
        expect(at(await azure.get(path), "properties.diskState")).toBe("ActiveUpload");
        const end = await azure.post(`${path}/endGetAccess`);
        const status = await azure.finish(end);
        expect([at(status, "status"), at(status, "error.code")]).toEqual(["Failed", "InvalidVhd"]);
      },
    },
    {
      says: "A disk that is not for upload cannot be written",
      source: sources.upload,
      run: async (azure) => {
        const answer = await azure.post(`${d1}/beginGetAccess`, {
          body: { access: "Write", durationInSeconds: 60 },
        });
        expect(answer.status).toBe(409);
      },
    },
    {
      says: "An upload's size has the footer: whole MiB and 512 bytes",
      source: sources.upload,
      run: async (azure) => {
        const creationData = { createOption: "Upload", uploadSizeBytes: 1024 ** 2 * 32 };
        const answer = await azure.put(compute("disks/badup"), {
          body: { location: REGION, properties: { creationData } },
        });
        expect(answer.status).toBe(400);
        const both = emptyDisk({ properties: { creationData: { createOption: "Upload" } } });
        expect((await azure.put(compute("disks/badup"), { body: both })).status).toBe(400);
      },
    },
    {
      says: "At most five snapshots of a family are open at once",
      source: sources.incremental,
      run: async (azure) => {
        const paths: string[] = [];
        for (let index = 0; index < 6; index++) {
          const [path, call] = snapshot(`f${index}`, d1);
          await azure.done("PUT", path, call);
          await azure.advance(60);
          paths.push(path);
        }
        for (const path of paths.slice(0, 5)) await open(azure, path);
        refused(await azure.post(`${paths[5]}/beginGetAccess`, { body: read }), 409, {
          code: "OperationNotAllowed",
        });
        for (const path of paths.slice(0, 5)) await close(azure, path);
      },
    },
    {
      says: "A snapshot can be read only",
      source: sources.specification,
      run: async (azure) => {
        const [path, call] = snapshot("ro", d1);
        await azure.advance(301);
        await azure.done("PUT", path, call);
        expect(
          (await azure.post(`${path}/beginGetAccess`, { body: { access: "Write", durationInSeconds: 60 } }))
            .status,
        ).toBe(400);
      },
    },
    {
      says: "Ending access that never began succeeds",
      source: sources.specification,
      run: async (azure) => {
        const end = await azure.post(`${d1}/endGetAccess`);
        expect(end.status).toBe(202);
        expect(at(await azure.finish(end), "status")).toBe("Succeeded");
      },
    },
  ],
};
