import { describe, expect, it } from "vitest";
import { describeRequest } from "../entra/request/endpoint.ts";
import type { FaultSlice } from "./plan.ts";
import { aWindow, getRequest, TENANT, tokenRequest } from "../../test/support/fault.ts";
import { isOpenAt, matchesRequest, matchesSlice, probabilityAt, takesNumber } from "./window.ts";

describe("a window in time", () => {
  const window = aWindow({ kind: "reset" }, { from: 1_000, for: 500 });

  it.each([
    [999, false],
    [1_000, true],
    [1_499, true],
    [1_500, false],
  ])("is open at %i ms: %s; it includes its start and not its end", (elapsedMs, open) => {
    expect(isOpenAt(window, elapsedMs)).toBe(open);
  });

  it("is never open when its length is zero", () => {
    expect(isOpenAt({ ...window, for: 0 }, 1_000)).toBe(false);
  });
});

describe("a window and an endpoint", () => {
  it("matches requests to the endpoints in its array and no others", async () => {
    const window = aWindow({ kind: "reset" }, { on: ["keys", "authorize"] });
    const keys = await describeRequest(getRequest(`/${TENANT}/discovery/v2.0/keys`));
    const token = await describeRequest(tokenRequest());
    expect(matchesRequest(window, keys)).toBe(true);
    expect(matchesRequest(window, token)).toBe(false);
    expect(matchesRequest({ ...window, on: "all" }, token)).toBe(true);
  });
});

describe("a slice", () => {
  const request = tokenRequest(
    { grant_type: "refresh_token", client_id: "APP-1" },
    {
      host: "westus2.login.microsoft.com",
      headers: { "X-AnchorMailbox": `Oid:Ada-Id@${TENANT}` },
    },
  );
  const matches = async (slice: FaultSlice, aliases: readonly string[] = []): Promise<boolean> =>
    matchesSlice(slice, await describeRequest(request), { aliasesOf: () => aliases });

  it.each<[keyof FaultSlice, string]>([
    ["tenant", TENANT.toUpperCase()],
    ["user", "ADA-ID"],
    ["grant", "refresh_token"],
    ["app", "App-1"],
    ["host", "WestUS2.login.microsoft.com"],
    ["region", "westus2"],
  ])("by %s matches %s in any case, alone or in an array", async (field, value) => {
    expect(await matches({ [field]: value })).toBe(true);
    expect(await matches({ [field]: ["another", value] })).toBe(true);
    expect(await matches({ [field]: "another" })).toBe(false);
  });

  it.each([
    ["westus2.mtlsauth.microsoft.com", true],
    ["westus2.login.microsoftonline.us", true],
    ["westus2.login-us.microsoftonline.com", true],
    ["login.microsoftonline.com", false],
    ["westus2.graph.microsoft.com", false],
  ])("by region matches the host %s: %s", async (host, isRegional) => {
    const asked = await describeRequest(tokenRequest({}, { host }));
    expect(matchesSlice({ region: "westus2" }, asked)).toBe(isRegional);
  });

  it.each([
    ["urn:ietf:params:oauth:grant-type:jwt-bearer", "on_behalf_of"],
    ["urn:ietf:params:oauth:grant-type:device_code", "device_code"],
    ["urn:ietf:params:oauth:grant-type:saml2-bearer", undefined],
  ])("by the grant_type %s of the wire matches requests for %s", async (onWire, name) => {
    const asked = await describeRequest(tokenRequest({ grant_type: onWire }));
    expect(matchesSlice({ grant: onWire }, asked)).toBe(true);
    expect(matchesSlice({ grant: ["password", onWire] }, asked)).toBe(true);
    expect(matchesSlice({ grant: name ?? onWire }, asked)).toBe(true);
    expect(matchesSlice({ grant: "password" }, asked)).toBe(false);
  });

  it("matches only when every given field does", async () => {
    expect(await matches({ tenant: TENANT, grant: "refresh_token" })).toBe(true);
    expect(await matches({ tenant: TENANT, grant: "password" })).toBe(false);
  });

  it("does not match a field that the request does not name", async () => {
    const discovery = await describeRequest(getRequest("/common/discovery/instance"));
    for (const field of ["tenant", "user", "grant", "app", "region"] as const) {
      expect(matchesSlice({ [field]: "login" }, discovery)).toBe(false);
    }
  });

  it("matches the other names of a user, a tenant and an app, when the world has them", async () => {
    expect(await matches({ user: "ada@contoso.com" })).toBe(false);
    expect(await matches({ user: "ada@contoso.com" }, ["Ada@contoso.com"])).toBe(true);
    expect(await matches({ tenant: "contoso.com" }, ["contoso.com"])).toBe(true);
    expect(await matches({ app: "contoso.com" }, ["contoso.com"])).toBe(true);
    for (const field of ["grant", "host", "region"] as const)
      expect(await matches({ [field]: "contoso.com" }, ["contoso.com"])).toBe(false);
  });
});

describe("the share that a window takes", () => {
  const window = aWindow({ kind: "reset" }, { from: 1_000, for: 1_000 });

  it("is everything by default", () => {
    expect(probabilityAt(window, 1_000)).toBe(1);
    expect(probabilityAt({ ...window, chance: 0 }, 1_000)).toBe(0);
    expect(probabilityAt({ ...window, chance: 0.3 }, 1_500)).toBe(0.3);
  });

  it("changes linearly along a ramp, which is a factor of the chance", () => {
    const ramped = { ...window, ramp: { from: 1, to: 0 } };
    expect([1_000, 1_250, 1_500, 2_000].map((at) => probabilityAt(ramped, at))).toEqual([
      1, 0.75, 0.5, 0,
    ]);
    expect(probabilityAt({ ...ramped, chance: 0.5 }, 1_500)).toBe(0.25);
  });

  it("stays within the ends of its ramp before the window opens and after it closes", () => {
    const ramped = { ...window, ramp: { from: 0.2, to: 0.6 } };
    expect([0, 9_000].map((at) => probabilityAt(ramped, at))).toEqual([0.2, 0.6]);
  });
});

describe("first and after", () => {
  const takenOf = (changes: { first?: number; after?: number }): number[] =>
    [0, 1, 2, 3, 4].filter((number) => takesNumber(aWindow({ kind: "reset" }, changes), number));

  it("take the first requests, the last ones, or some in between", () => {
    expect(takenOf({})).toEqual([0, 1, 2, 3, 4]);
    expect(takenOf({ first: 2 })).toEqual([0, 1]);
    expect(takenOf({ after: 3 })).toEqual([3, 4]);
    expect(takenOf({ after: 1, first: 2 })).toEqual([1, 2]);
    expect(takenOf({ first: 0 })).toEqual([]);
  });
});
