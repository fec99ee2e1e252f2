/** The real msal-node at a regional token endpoint, which serves some applications only. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import type { World } from "../entra/directory/world.ts";
import { daemonToken, only, run } from "../../test/support/run.ts";

const firstParty: World = {
  ...contoso,
  tenants: contoso.tenants.map((tenant) => ({
    ...tenant,
    apps: tenant.apps.map((app) => ({ ...app, firstParty: true })),
  })),
};

async function ask(host: string, world: World = contoso) {
  const outcome = await run(
    async ({ open }) => {
      const daemon = await open({ app: "nightly-daemon", host });
      await daemon.attempt({ ...daemonToken, region: "westus2" });
    },
    { world },
  );
  const asked = only(outcome, "exchange-began").filter(({ endpoint }) => endpoint === "token");
  const [ended] = only(outcome, "exchange-ended").filter(({ exchange }) =>
    asked.some((began) => began.exchange === exchange),
  );
  return {
    host: asked[0]?.host,
    codes: ended?.error?.codes,
    isIssued: ended?.issued?.token !== undefined,
  };
}

describe("a daemon that uses the token endpoint of its region", () => {
  it.each([
    ["login.microsoftonline.com", "westus2.login.microsoft.com"],
    ["login.microsoftonline.us", "westus2.login.microsoftonline.us"],
  ])("under %s is refused at %s, unless it is Microsoft's own", async (host, regional) => {
    expect(await ask(host)).toEqual({ host: regional, codes: [100007], isIssued: false });
    expect(await ask(host, firstParty)).toEqual({
      host: regional,
      codes: undefined,
      isIssued: true,
    });
  });
});
