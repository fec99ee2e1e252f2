/** Names of Azure's regions, those that were announced and those of other clouds among them, as regional hosts have them; there may be newer ones. Source: https://learn.microsoft.com/azure/reliability/regions-list */
export const azureRegions: readonly string[] = [
  ..."australiacentral australiacentral2 australiaeast australiasoutheast austriaeast".split(" "),
  ..."belgiumcentral brazilsouth brazilsoutheast canadacentral canadaeast centralindia".split(" "),
  ..."centralus chilecentral eastasia eastus eastus2 francecentral francesouth".split(" "),
  ..."germanynorth germanywestcentral indonesiacentral israelcentral italynorth".split(" "),
  ..."japaneast japanwest koreacentral koreasouth malaysiawest mexicocentral".split(" "),
  ..."newzealandnorth northcentralus northeurope norwayeast norwaywest polandcentral".split(" "),
  ..."qatarcentral southafricanorth southafricawest southcentralus southindia".split(" "),
  ..."southeastasia spaincentral swedencentral switzerlandnorth switzerlandwest".split(" "),
  ..."uaecentral uaenorth uksouth ukwest westcentralus westeurope westindia".split(" "),
  ..."westus westus2 westus3".split(" "),
  ..."denmarkeast finlandcentral greececentral indiasouthcentral saudiarabiaeast".split(" "),
  ..."southeastus taiwannorth taiwannorthwest".split(" "),
  ..."chinaeast chinanorth usdodcentral usdodeast usgovarizona usgovtexas usgovvirginia".split(" "),
];
