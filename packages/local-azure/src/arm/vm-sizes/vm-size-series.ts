/** The VM sizes of the local Azure, by series (learn.microsoft.com/azure/virtual-machines/sizes). */

/** Label, vCPUs, memory in GiB, data disks, local temporary disk in GiB. */
type SizeRow = readonly [
  label: string,
  vCpus: number,
  memoryGb: number,
  maxDataDisks: number,
  tempGib: number,
];

/** A series. A property that is absent has the value that most series have (`vm-sizes.ts`). */
export interface SizeSeries {
  /** `{n}` is the place of a size's label. */
  name: string;
  family: string;
  sizes: readonly SizeRow[];
  premiumStorage?: boolean;
  generations?: readonly ("V1" | "V2")[];
  architecture?: "x64" | "Arm64";
  ultraSsd?: boolean;
  diskControllers?: readonly ("SCSI" | "NVMe")[];
  trustedLaunch?: boolean;
  confidential?: "SNP" | "TDX";
  encryptionAtHost?: boolean;
  acceleratedNetworking?: boolean;
  writeAccelerator?: boolean;
}

const UP_TO_64 = [2, 4, 8, 16, 32, 48, 64];
const UP_TO_96 = [...UP_TO_64, 96];
const UP_TO_128 = [...UP_TO_96, 128];
const UP_TO_160 = [...UP_TO_128, 160];
const E_UP_TO_96 = [2, 4, 8, 16, 20, 32, 48, 64, 96];

/** Data disks of most series. */
const twice = (vCpus: number): number => Math.min(32, 2 * vCpus);
/** Data disks of the Intel series v6 and of the AMD series v7. */
const v6 = (vCpus: number): number => ({ 2: 8, 4: 12, 8: 24, 16: 48 })[vCpus] ?? 64;
const v7 = (vCpus: number): number => ({ 2: 10, 4: 12, 8: 24, 16: 48 })[vCpus] ?? 64;

const standardV1 = { premiumStorage: false, generations: ["V1"] } satisfies Partial<SizeSeries>;
const ultra = { ultraSsd: true } satisfies Partial<SizeSeries>;
const arm64 = {
  ultraSsd: true,
  generations: ["V2"],
  architecture: "Arm64",
  trustedLaunch: false,
} satisfies Partial<SizeSeries>;
const nvmeOnly = {
  ultraSsd: true,
  generations: ["V2"],
  diskControllers: ["NVMe"],
} satisfies Partial<SizeSeries>;
const snp = {
  generations: ["V2"],
  confidential: "SNP",
  encryptionAtHost: false,
} satisfies Partial<SizeSeries>;

/** Sizes that have the same memory and temporary disk for each vCPU. */
function of(
  vCpus: readonly number[],
  memory: number,
  more: { disks?: (vCpus: number) => number; tempGib?: number } = {},
): Pick<SizeSeries, "sizes"> {
  const { disks = twice, tempGib = 0 } = more;
  const row = (count: number): SizeRow => [
    String(count),
    count,
    count * memory,
    disks(count),
    Math.floor(count * tempGib),
  ];
  return { sizes: vCpus.map(row) };
}

/** Sizes written as text: the numbers of a row separated by blanks, rows by semicolons. */
function list(rows: string): SizeRow[] {
  return rows.split("; ").map((row) => {
    const [label = "", vCpus = "1", memory = "1", disks = "2", temp = "0"] = row.split(" ");
    return [label, Number(vCpus), Number(memory), Number(disks), Number(temp)];
  });
}

export const sizeSeries: readonly SizeSeries[] = [
  {
    name: "Standard_A{n}_v2",
    family: "standardAv2Family",
    sizes: list(
      "1 1 2 2 10; 2 2 4 4 20; 4 4 8 8 40; 8 8 16 16 80; 2m 2 16 4 20; 4m 4 32 8 40; 8m 8 64 16 80",
    ),
    ...standardV1,
    encryptionAtHost: false,
    acceleratedNetworking: false,
  },
  {
    name: "Standard_B{n}",
    family: "standardBSFamily",
    sizes: list(
      "1ls 1 0.5 2 4; 1s 1 1 2 4; 1ms 1 2 2 4; 2s 2 4 4 8; 2ms 2 8 4 16; 4ms 4 16 8 32; 8ms 8 32 16 64; 12ms 12 48 16 96; 16ms 16 64 32 128; 20ms 20 80 32 160",
    ),
    acceleratedNetworking: false,
  },
  {
    name: "Standard_B{n}_v2",
    family: "standardBsv2Family",
    sizes: list(
      "2ts 2 1 4; 2ls 2 4 4; 2s 2 8 4; 4ls 4 8 8; 4s 4 16 8; 8ls 8 16 16; 8s 8 32 16; 16ls 16 32 32; 16s 16 64 32; 32ls 32 64 32; 32s 32 128 32",
    ),
  },
  {
    name: "Standard_B{n}_v2",
    family: "standardBasv2Family",
    sizes: list("2ats 2 1 4; 2als 2 4 4; 2as 2 8 4; 4als 4 8 8; 4as 4 16 8; 8as 8 32 16"),
  },
  {
    name: "Standard_D{n}_v2",
    family: "standardDv2Family",
    sizes: list(
      "1 1 3.5 4 50; 2 2 7 8 100; 3 4 14 16 200; 4 8 28 32 400; 5 16 56 64 800; 11 2 14 8 100; 12 4 28 16 200; 13 8 56 32 400; 14 16 112 64 800",
    ),
    ...standardV1,
  },
  {
    name: "Standard_DS{n}_v2",
    family: "standardDSv2Family",
    sizes: list(
      "1 1 3.5 4 7; 2 2 7 8 14; 3 4 14 16 28; 4 8 28 32 56; 5 16 56 64 112; 11 2 14 8 28; 12 4 28 16 56; 13 8 56 32 112; 14 16 112 64 224",
    ),
  },
  {
    name: "Standard_F{n}",
    family: "standardFFamily",
    sizes: list("1 1 2 4 16; 2 2 4 8 32; 4 4 8 16 64; 8 8 16 32 128; 16 16 32 64 256"),
    ...standardV1,
  },
  {
    name: "Standard_F{n}s",
    family: "standardFSFamily",
    sizes: list("1 1 2 4 4; 2 2 4 8 8; 4 4 8 16 16; 8 8 16 32 32; 16 16 32 64 64"),
  },
  {
    name: "Standard_F{n}s_v2",
    family: "standardFSv2Family",
    ...of([2, 4, 8, 16, 32, 48, 64, 72], 2, { tempGib: 8 }),
    ...ultra,
  },
  {
    name: "Standard_D{n}_v3",
    family: "standardDv3Family",
    ...of(UP_TO_64, 4, { tempGib: 25 }),
    ...standardV1,
  },
  { name: "Standard_D{n}s_v3", family: "standardDSv3Family", ...of(UP_TO_64, 4, { tempGib: 8 }), ...ultra },
  {
    name: "Standard_E{n}_v3",
    family: "standardEv3Family",
    ...of(UP_TO_64, 8, { tempGib: 25 }),
    ...standardV1,
  },
  { name: "Standard_E{n}s_v3", family: "standardESv3Family", ...of(UP_TO_64, 8, { tempGib: 16 }), ...ultra },
  { name: "Standard_D{n}_v4", family: "standardDv4Family", ...of(UP_TO_64, 4), premiumStorage: false },
  { name: "Standard_D{n}s_v4", family: "standardDSv4Family", ...of(UP_TO_64, 4), ...ultra },
  {
    name: "Standard_D{n}ds_v4",
    family: "standardDDSv4Family",
    ...of(UP_TO_64, 4, { tempGib: 37.5 }),
    ...ultra,
  },
  { name: "Standard_D{n}as_v4", family: "standardDASv4Family", ...of(UP_TO_96, 4, { tempGib: 8 }), ...ultra },
  { name: "Standard_E{n}s_v4", family: "standardESv4Family", ...of(UP_TO_64, 8), ...ultra },
  {
    name: "Standard_E{n}ds_v4",
    family: "standardEDSv4Family",
    ...of(UP_TO_64, 8, { tempGib: 37.5 }),
    ...ultra,
  },
  { name: "Standard_D{n}_v5", family: "standardDv5Family", ...of(UP_TO_96, 4), premiumStorage: false },
  {
    name: "Standard_D{n}d_v5",
    family: "standardDDv5Family",
    ...of(UP_TO_96, 4, { tempGib: 37.5 }),
    premiumStorage: false,
  },
  { name: "Standard_D{n}s_v5", family: "standardDSv5Family", ...of(UP_TO_96, 4), ...ultra },
  {
    name: "Standard_D{n}ds_v5",
    family: "standardDDSv5Family",
    ...of(UP_TO_96, 4, { tempGib: 37.5 }),
    ...ultra,
  },
  { name: "Standard_D{n}as_v5", family: "standardDASv5Family", ...of(UP_TO_96, 4), ...ultra },
  {
    name: "Standard_D{n}ads_v5",
    family: "standardDADSv5Family",
    ...of(UP_TO_96, 4, { tempGib: 37.5 }),
    ...ultra,
  },
  { name: "Standard_E{n}_v5", family: "standardEv5Family", ...of(E_UP_TO_96, 8), premiumStorage: false },
  {
    name: "Standard_E{n}d_v5",
    family: "standardEDv5Family",
    ...of(E_UP_TO_96, 8, { tempGib: 37.5 }),
    premiumStorage: false,
  },
  { name: "Standard_E{n}s_v5", family: "standardESv5Family", ...of(E_UP_TO_96, 8), ...ultra },
  {
    name: "Standard_E{n}ds_v5",
    family: "standardEDSv5Family",
    ...of(E_UP_TO_96, 8, { tempGib: 37.5 }),
    ...ultra,
  },
  { name: "Standard_E{n}as_v5", family: "standardEASv5Family", ...of(E_UP_TO_96, 8), ...ultra },
  {
    name: "Standard_E{n}ads_v5",
    family: "standardEADSv5Family",
    ...of(E_UP_TO_96, 8, { tempGib: 37.5 }),
    ...ultra,
  },
  { name: "Standard_D{n}ls_v5", family: "standardDLSv5Family", ...of(UP_TO_96, 2), ...ultra },
  {
    name: "Standard_E{n}bds_v5",
    family: "standardEBDSv5Family",
    ...of(UP_TO_64, 8, { tempGib: 37.5 }),
    ultraSsd: true,
    diskControllers: ["SCSI", "NVMe"],
  },
  { name: "Standard_D{n}ps_v5", family: "standardDPSv5Family", ...of(UP_TO_64, 4), ...arm64 },
  {
    name: "Standard_D{n}pds_v5",
    family: "standardDPDSv5Family",
    ...of(UP_TO_64, 4, { tempGib: 37.5 }),
    ...arm64,
  },
  {
    name: "Standard_D{n}s_v6",
    family: "StandardDSv6Family",
    ...of(UP_TO_128, 4, { disks: v6 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_D{n}ds_v6",
    family: "StandardDDSv6Family",
    ...of(UP_TO_128, 4, { disks: v6, tempGib: 55 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_D{n}as_v6",
    family: "standardDav6Family",
    ...of(UP_TO_96, 4),
    ultraSsd: true,
    generations: ["V2"],
    diskControllers: ["SCSI", "NVMe"],
  },
  {
    name: "Standard_D{n}as_v7",
    family: "StandardDasv7Family",
    ...of(UP_TO_160, 4, { disks: v7 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_E{n}s_v6",
    family: "StandardESv6Family",
    ...of(UP_TO_128, 8, { disks: v6 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_E{n}ds_v6",
    family: "StandardEDSv6Family",
    ...of(UP_TO_128, 8, { disks: v6, tempGib: 55 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_E{n}as_v6",
    family: "standardEav6Family",
    ...of(UP_TO_96, 8),
    ultraSsd: true,
    generations: ["V2"],
    diskControllers: ["SCSI", "NVMe"],
  },
  {
    name: "Standard_E{n}as_v7",
    family: "StandardEasv7Family",
    ...of(UP_TO_160, 8, { disks: v7 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_D{n}ls_v6",
    family: "StandardDlsv6Family",
    ...of(UP_TO_128, 2, { disks: v6 }),
    ...nvmeOnly,
  },
  {
    name: "Standard_L{n}s_v3",
    family: "standardLSv3Family",
    sizes: list(
      "8 8 64 16 80; 16 16 128 32 160; 32 32 256 32 320; 48 48 384 32 480; 64 64 512 32 640; 80 80 640 32 800",
    ),
    ...ultra,
  },
  {
    name: "Standard_M{n}",
    family: "standardMSFamily",
    sizes: list(
      "8ms 8 218.75 8 256; 16ms 16 437.5 16 512; 32ms 32 875 32 1024; 64s 64 1024 64 2048; 64ms 64 1792 64 2048; 128s 128 2048 64 4096",
    ),
    ultraSsd: true,
    trustedLaunch: false,
    writeAccelerator: true,
  },
  {
    name: "Standard_NC{n}as_T4_v3",
    family: "Standard NCASv3_T4 Family",
    sizes: list("4 4 28 8 180; 8 8 56 16 360; 16 16 110 32 360; 64 64 440 32 2880"),
  },
  { name: "Standard_DC{n}as_v5", family: "standardDCASv5Family", ...of(UP_TO_96, 4), ...snp },
  {
    name: "Standard_DC{n}ads_v5",
    family: "standardDCADSv5Family",
    ...of(UP_TO_96, 4, { tempGib: 37.5 }),
    ...snp,
  },
  { name: "Standard_EC{n}as_v5", family: "standardECASv5Family", ...of(UP_TO_96, 8), ...snp },
  {
    name: "Standard_EC{n}ads_v5",
    family: "standardECADSv5Family",
    ...of(UP_TO_96, 8, { tempGib: 37.5 }),
    ...snp,
  },
  {
    name: "Standard_DC{n}es_v6",
    family: "StandardDCesv6Family",
    ...of(UP_TO_96, 4),
    generations: ["V2"],
    confidential: "TDX",
    diskControllers: ["NVMe"],
  },
];
