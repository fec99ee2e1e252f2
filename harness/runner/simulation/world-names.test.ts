/** The slices of faults, against the names of the world. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { run } from "../../../test/support/run.ts";
import { minutes } from "../../core/time/duration.ts";
import type { FaultSlice } from "../../faults/plan.ts";
import { throttled } from "../../faults/presets.ts";
import { mount } from "../../network/direct.ts";
import { startLiveSimulation } from "../live/live-simulation.ts";
import { checkSliceNames } from "./world-names.ts";

const [tenant] = contoso.tenants;
const adele = tenant?.users.find(({ upn }) => upn.startsWith("adele"));
const portal = tenant?.apps.find(({ name }) => name === "portal");

const windowFor = (where: FaultSlice) => throttled({ from: 0, for: minutes(30), where });

/** Whether a window of that slice took the requests of adele, and then of megan, in the app `portal`. */
async function takes(where: FaultSlice): Promise<readonly boolean[]> {
  const { history } = await run(
    async ({ open, world }) => {
      for (const name of ["adele", "megan"]) {
        const client = await open({ app: "portal" });
        const scopes = ["https://graph.microsoft.com/User.Read"];
        const user = world.user(name);
        await client.attempt({ flow: "authorization-code", scopes, user });
        await client.attempt({ flow: "silent", scopes, user, forceRefresh: true });
      }
    },
    { faults: [windowFor(where)] },
  );
  const ended = history.events.filter((event) => event.kind === "exchange-ended");
  const began = history.events.filter((event) => event.kind === "exchange-began");
  return ["adele", "megan"].map((_, index) =>
    ended.some(
      ({ exchange, faults = [] }) =>
        faults.length > 0 &&
        began.find((one) => one.exchange === exchange)?.client === `portal-${index + 1}`,
    ),
  );
}

describe("a slice of a fault", () => {
  it.each<[string, FaultSlice, readonly boolean[]]>([
    ["an app by its name", { app: "portal" }, [true, true]],
    ["an app by its client id", { app: portal?.clientId ?? "" }, [true, true]],
    ["another app", { app: "nightly-daemon" }, [false, false]],
    ["one of several apps", { app: ["nightly-daemon", "PORTAL"] }, [true, true]],
    ["a tenant by its name", { tenant: "contoso" }, [true, true]],
    ["a tenant by its domain", { tenant: tenant?.domains[0] ?? "" }, [true, true]],
    ["a tenant by its id", { tenant: tenant?.id ?? "" }, [true, true]],
    ["a grant by its short name", { grant: "authorization_code" }, [true, true]],
    [
      "another grant by its URN",
      { grant: "urn:ietf:params:oauth:grant-type:jwt-bearer" },
      [false, false],
    ],
    ["a host", { host: "login.microsoftonline.com" }, [true, true]],
  ])("takes the requests of %s", async (_, where, taken) => {
    expect(await takes(where)).toEqual(taken);
  });

  it.each(["westus2", "WestEurope", "eastus9", "atlantiscentralnorth"])(
    "may be of the region %s, which may be a new one",
    (region) => {
      expect(() => checkSliceNames([windowFor({ region })], contoso)).not.toThrow();
    },
  );

  it.each<[string, FaultSlice]>([
    ["short name", { user: "adele" }],
    ["UPN", { user: adele?.upn ?? "" }],
    ["object id", { user: (adele?.id ?? "").toUpperCase() }],
    ["account id", { user: `${adele?.id}.${tenant?.id}` }],
  ])("takes the refreshes of a user by %s, and of no other", async (_, where) => {
    expect(await takes({ ...where, grant: "refresh_token" })).toEqual([true, false]);
  });
});

describe("a slice that names what the world does not have", () => {
  it.each<[where: FaultSlice, place: string, says: string]>([
    [{ region: "westuss2" }, "faults[0].where.region", "Did you mean westus, westus2"],
    [{ region: ["westus2", "eastsu"] }, "faults[0].where.region[1]", "Did you mean eastus,"],
    [{ app: "nightly-deamon" }, "faults[0].where.app", 'Did you mean "nightly-daemon"?'],
    [{ user: "adelle" }, "faults[0].where.user", 'Did you mean "adele"?'],
    [{ user: ["adele", "zoe"] }, "faults[0].where.user[1]", "There are "],
    [{ tenant: "unknown.example" }, "faults[0].where.tenant", 'Did you mean "contoso.example"?'],
    [{ tenant: "contso.example" }, "faults[0].where.tenant", 'Did you mean "contoso.example"?'],
    [
      { host: "login.microsoftonlin.com" },
      "faults[0].where.host",
      "Did you mean login.microsoftonline.com",
    ],
    [
      { app: "11111111-0000-4000-8000-00000000dead" },
      "faults[0].where.app",
      "by name or client id",
    ],
  ])("is refused: %o", (where, place, says) => {
    let problem: unknown;
    try {
      checkSliceNames([windowFor(where)], contoso);
    } catch (error) {
      problem = error;
    }
    expect(problem).toMatchObject({ code: "bad-fault-plan", place });
    const { message, hint = "" } = problem as { message: string; hint?: string };
    expect(`${message} ${hint}`).toContain(says);
  });

  it.each<FaultSlice>([
    { tenant: "common" },
    { tenant: ["organizations", "consumers"] },
    { host: "westus2.login.microsoft.com" },
    { host: "169.254.169.254" },
    { host: "api.contoso.example" },
    { region: "westus2" },
  ])("is not: %o", (where) => {
    expect(() => checkSliceNames([windowFor(where)], contoso)).not.toThrow();
  });

  it("is refused before a scenario runs", async () => {
    let hasRun = false;
    const outcome = run(async () => void (hasRun = true), {
      faults: [windowFor({ app: "portl" })],
    });
    await expect(outcome).rejects.toMatchObject({
      code: "bad-fault-plan",
      place: "faults[0].where.app",
      hint: 'Did you mean "portal"?',
    });
    expect(hasRun).toBe(false);
  });

  it("is refused in a suite, with the outage that has it", async () => {
    const entra = await startLiveSimulation({ mount });
    try {
      expect(() => entra.outage("throttled", { where: { user: "adel" } })).toThrow(
        expect.objectContaining({
          code: "bad-fault-plan",
          place: 'outage "throttled"',
          message: expect.stringMatching(/^faults\[0\]\.where\.user: expected a user of the world/),
          hint: expect.stringMatching(/^Did you mean adele,/),
        }),
      );
      expect(() => entra.faults([windowFor({ tenant: "fabrikm" })])).toThrow(/where\.tenant/);
      expect(entra.history().events).toEqual([]);
    } finally {
      await entra.stop();
    }
  });
});
