import { describe, expect, it } from "vitest";
import { cloudOfHost, issuerOriginOf, loginClouds } from "./clouds.ts";

describe("the clouds of Entra", () => {
  it("share no host", () => {
    const hosts = loginClouds.flatMap(({ aliases }) => aliases);
    expect(new Set(hosts).size).toBe(hosts.length);
    for (const { preferredNetwork, aliases } of loginClouds)
      expect(aliases).toContain(preferredNetwork);
  });

  it.each([
    ["login.microsoftonline.com", "commercial", undefined],
    ["STS.windows.net", "commercial", undefined],
    ["westus2.login.microsoft.com", "commercial", "westus2"],
    ["westus2.mtlsauth.microsoft.com", "commercial", "westus2"],
    ["login.usgovcloudapi.net", "government", undefined],
    ["usgovvirginia.login.microsoftonline.us", "government", "usgovvirginia"],
    ["login.chinacloudapi.cn", "21vianet", undefined],
    ["chinaeast2.login.partner.microsoftonline.cn", "21vianet", "chinaeast2"],
    ["login.sovcloud-identity.fr", "france", undefined],
    ["login.sovcloud-identity.de", "delos", undefined],
    ["login.sovcloud-identity.sg", "singapore", undefined],
  ])("%s is of %s, region %s", (host, name, region) => {
    const found = cloudOfHost(host);
    expect([found?.cloud.name, found?.region]).toEqual([name, region]);
  });

  it.each(["localhost", "login.contoso.example", "contoso.ciamlogin.com", "com"])(
    "%s is of no cloud",
    (host) => {
      expect(cloudOfHost(host)).toBeUndefined();
      expect(issuerOriginOf(`https://${host}:8443`)).toBe(`https://${host}:8443`);
    },
  );

  it("are the issuer under their main host, also at an alias or a regional host", () => {
    for (const { preferredNetwork, aliases, regionalUnder } of loginClouds) {
      const regional = regionalUnder.map((domain) => `region1.${domain}`);
      for (const host of [...aliases, ...regional])
        expect(issuerOriginOf(`https://${host}`)).toBe(`https://${preferredNetwork}`);
    }
  });
});
