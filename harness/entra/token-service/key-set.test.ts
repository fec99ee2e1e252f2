/** The order and the families of the published key set. */
import { describe, expect, it } from "vitest";
import { startEsts, type EstsBench } from "../../../test/support/ests.ts";

interface Key {
  readonly kid: string;
  readonly issuer: string;
  readonly cloud_instance_name: string;
}

const keysOf = async (bench: EstsBench, segment: string): Promise<readonly Key[]> => {
  const { json } = await bench.get(`/${segment}/discovery/v2.0/keys`);
  return json["keys"] as readonly Key[];
};

const familyOf = ({ issuer, cloud_instance_name: cloud }: Key): string =>
  issuer.includes("9188040d") ? "consumers" : cloud.endsWith(".us") ? "us" : "tenants";

describe("the key set by the recorded rule", () => {
  it("has the tenants' keys from the oldest on, those of the US cloud, and in common those of consumers", async () => {
    const bench = startEsts({ keySet: "recorded" });
    const first = bench.directory.signingKey().kid;
    bench.directory.rotateKeys(3_600_000);
    const second = bench.directory.signingKey().kid;
    const common = await keysOf(bench, "common");
    expect(common.map(familyOf)).toEqual(["tenants", "tenants", "us", "consumers", "consumers"]);
    expect(common.slice(0, 2).map(({ kid }) => kid)).toEqual([first, second]);
    expect(new Set(common.map(({ kid }) => kid)).size).toBe(5);
    for (const segment of ["organizations", bench.tenantId])
      expect((await keysOf(bench, segment)).map(familyOf)).toEqual(["tenants", "tenants", "us"]);
    bench.pass(3_600_000);
    expect((await keysOf(bench, "organizations"))[0]?.kid).toBe(second);
  });

  it("is not the default, which has the signing key first and nothing else", async () => {
    const bench = startEsts();
    bench.directory.rotateKeys(3_600_000);
    const keys = await keysOf(bench, "common");
    expect(keys.map(familyOf)).toEqual(["tenants", "tenants"]);
    expect(keys[0]?.kid).toBe(bench.directory.signingKey().kid);
  });
});
