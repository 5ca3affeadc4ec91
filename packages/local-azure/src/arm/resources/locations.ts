/** The regions of Azure that the local Azure has. */
import { regionOf } from "../ids.ts";

interface Region {
  displayName: string;
  /** Geography, as the list of locations groups them. */
  group: string;
  paired?: string;
}

const region = (displayName: string, group: string, paired?: string): Region => ({
  displayName,
  group,
  ...(paired === undefined ? {} : { paired }),
});

/** Regions by name, in the order of Azure's error messages. */
export const regions: Readonly<Record<string, Region>> = {
  eastus: region("East US", "US", "westus"),
  eastus2: region("East US 2", "US", "centralus"),
  westus: region("West US", "US", "eastus"),
  centralus: region("Central US", "US", "eastus2"),
  northcentralus: region("North Central US", "US", "southcentralus"),
  southcentralus: region("South Central US", "US", "northcentralus"),
  northeurope: region("North Europe", "Europe", "westeurope"),
  westeurope: region("West Europe", "Europe", "northeurope"),
  eastasia: region("East Asia", "Asia Pacific", "southeastasia"),
  southeastasia: region("Southeast Asia", "Asia Pacific", "eastasia"),
  japaneast: region("Japan East", "Asia Pacific", "japanwest"),
  japanwest: region("Japan West", "Asia Pacific", "japaneast"),
  australiaeast: region("Australia East", "Asia Pacific", "australiasoutheast"),
  australiasoutheast: region("Australia Southeast", "Asia Pacific", "australiaeast"),
  australiacentral: region("Australia Central", "Asia Pacific"),
  brazilsouth: region("Brazil South", "South America", "southcentralus"),
  southindia: region("South India", "Asia Pacific", "centralindia"),
  centralindia: region("Central India", "Asia Pacific", "southindia"),
  westindia: region("West India", "Asia Pacific", "southindia"),
  canadacentral: region("Canada Central", "Canada", "canadaeast"),
  canadaeast: region("Canada East", "Canada", "canadacentral"),
  westus2: region("West US 2", "US", "westcentralus"),
  westcentralus: region("West Central US", "US", "westus2"),
  uksouth: region("UK South", "Europe", "ukwest"),
  ukwest: region("UK West", "Europe", "uksouth"),
  koreacentral: region("Korea Central", "Asia Pacific", "koreasouth"),
  koreasouth: region("Korea South", "Asia Pacific", "koreacentral"),
  francecentral: region("France Central", "Europe", "francesouth"),
  southafricanorth: region("South Africa North", "Africa", "southafricawest"),
  uaenorth: region("UAE North", "Middle East", "uaecentral"),
  switzerlandnorth: region("Switzerland North", "Europe", "switzerlandwest"),
  germanywestcentral: region("Germany West Central", "Europe", "germanynorth"),
  norwayeast: region("Norway East", "Europe", "norwaywest"),
  jioindiawest: region("Jio India West", "Asia Pacific"),
  westus3: region("West US 3", "US", "eastus"),
  swedencentral: region("Sweden Central", "Europe", "swedensouth"),
  qatarcentral: region("Qatar Central", "Middle East"),
  polandcentral: region("Poland Central", "Europe"),
  italynorth: region("Italy North", "Europe"),
  israelcentral: region("Israel Central", "Middle East"),
  mexicocentral: region("Mexico Central", "Mexico"),
  spaincentral: region("Spain Central", "Europe"),
  newzealandnorth: region("New Zealand North", "Asia Pacific"),
  indonesiacentral: region("Indonesia Central", "Asia Pacific"),
  malaysiawest: region("Malaysia West", "Asia Pacific"),
  chilecentral: region("Chile Central", "South America"),
  austriaeast: region("Austria East", "Europe"),
  belgiumcentral: region("Belgium Central", "Europe"),
};

export const locations: readonly string[] = Object.keys(regions);

export function isRegion(location: string): boolean {
  return Object.hasOwn(regions, regionOf(location));
}

const withoutZones = new Set([
  "westus",
  "northcentralus",
  "australiasoutheast",
  "australiacentral",
  "southindia",
  "westindia",
  "canadaeast",
  "westcentralus",
  "ukwest",
  "koreasouth",
  "jioindiawest",
]);

/** Whether a region has availability zones. */
export function hasZones(location: string): boolean {
  return isRegion(location) && !withoutZones.has(regionOf(location));
}
