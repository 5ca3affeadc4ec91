/** Recognizes data on a page, which is not text: names of the demo, values with units, words of Azure and of standards. */

const patterns: readonly RegExp[] = [
  // Names: VMs, disks, groups, policies, users, the product.
  /^[a-z]+-\d\d(_\w+)?$/,
  /^(os|\d+)?\s*[a-z]+-\d\d_\w+$/,
  /^(commerce|platform)-rg$/,
  /^[a-z0-9]+(-[a-z0-9]+)+$/,
  /^(Olivia Owner|Bram Backup-Admin|Omar Operator|Rosa Reader|Ada Auditor|Otto Owner|Kluis engine|Commerce|Platform)$/,
  /^(OO|Kluis|os|Contoso Production)$/,
  /^[\w.]+@[\w.-]+$/,
  // Values: sizes, durations, ids, zones, sizes and SKUs of Azure.
  /^[-\d.,\s]+(B|[KMGTP]iB)(\/s)?$/,
  /^\(?(\d+ (d|h|min|s|ms) ?)+\)?$/,
  // Dates and lists of Intl, which has no pseudo-locale.
  /^(\w{3}, )?\d{1,2} \w{3} \d{4}, \d\d:\d\d(:\d\d)? [A-Z]{3,4}$/,
  /^(and|or)$/,
  /^AES-256-GCM$/,
  // Descriptions of the demo's policies, as stored.
  /^CLI of this machine$/,
  /^Every (night|four hours);.*\.$/,
  /^[0-9a-f-]{8,}$/,
  /^(Standard|Premium)[\w-]*(, [PES]\d+)?$/,
  /^[A-Z][a-z]+\/[A-Z][A-Za-z_]+$/,
  /^(westeurope|northeurope|TrustedLaunch|AllowAll)$/,
  /^\w+: [\w-]+$/,
  /^browser test$/,
];

/** Whether a piece of text is data. */
export function isData(text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}
