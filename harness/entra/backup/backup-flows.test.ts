/** Every flow of msal-node, before and in an outage: the backup serves it exactly when the text protects it. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { loginClouds } from "../directory/clouds.ts";
import { tokenServerError } from "../../faults/presets.ts";
import { graph, only, run } from "../../../test/support/run.ts";
import type { Application } from "../../clients/application.ts";
import type { Scenario, ScriptContext } from "../../runner/scenario.ts";
import { editionOf, type EditionId, editionIds, type FlowKind } from "./edition.ts";

type Ask = () => Promise<unknown>;

/** Opens the application, asks once while all is well, and returns how it asks again. */
const flows: Readonly<Partial<Record<FlowKind, (context: ScriptContext) => Promise<Ask>>>> = {
  "native-refresh": (context) => silently(context, "desk-app"),
  "web-code": (context) => silently(context, "portal"),
  "client-credentials": async ({ open }) => {
    const daemon = await open({ app: "nightly-daemon" });
    const ask = (): Promise<unknown> =>
      daemon.attempt({
        flow: "client-credentials",
        scopes: ["https://graph.microsoft.com/.default"],
        forceRefresh: true,
      });
    await ask();
    return ask;
  },
  "on-behalf-of": async ({ open, world }) => {
    const user = world.user("megan");
    const portal = await open({ app: "portal" });
    const scopes = ["api://orders/access_as_user"];
    const { accessToken } = await portal.acquire({ flow: "authorization-code", scopes, user });
    const api = await open({ app: "orders-api" });
    const ask = (): Promise<unknown> =>
      api.attempt({
        flow: "on-behalf-of",
        scopes: graph,
        user,
        credential: accessToken,
        forceRefresh: true,
      });
    await ask();
    return ask;
  },
  "device-code": (context) => interactively(context, "device-code"),
  password: (context) => interactively(context, "password"),
};

async function silently({ open, world }: ScriptContext, app: string): Promise<Ask> {
  const user = world.user("megan");
  const application: Application = await open({ app });
  await application.acquire({ flow: "authorization-code", scopes: graph, user });
  return () => application.attempt({ flow: "silent", scopes: graph, user, forceRefresh: true });
}

async function interactively(
  { open, world }: ScriptContext,
  flow: "device-code" | "password",
): Promise<Ask> {
  const user = world.user("megan");
  const nativeApp = await open({ app: "desk-app" });
  const ask = (): Promise<unknown> => nativeApp.attempt({ flow, scopes: graph, user });
  await ask();
  return ask;
}

/** Who answered the request of the outage, and whether it brought a token. */
async function inOutage(flow: FlowKind, edition: EditionId) {
  const script: Scenario["script"] = async (context) => {
    const ask = await flows[flow]?.(context);
    await context.clock.until(minutes(30));
    await ask?.();
  };
  const settings = { backup: edition };
  const faults = [tokenServerError({ from: minutes(20), for: hours(2) })];
  const outcome = await run(script, { settings, faults });
  const last = only(outcome, "exchange-ended").at(-1);
  return {
    by: last?.servedBy,
    token: last?.issued?.token !== undefined,
    codes: last?.error?.codes,
  };
}

describe.each(editionIds)("the host that an app uses, by the text of %s", (edition) => {
  const clouds = Object.values(editionOf(edition).clouds);
  const isCovered = (host: string): boolean =>
    clouds.some(({ users, hosts }) => users && hosts.includes(host));

  it("is covered in the public cloud and the government cloud, and not elsewhere", () => {
    const covered = loginClouds.flatMap(({ aliases }) => aliases).filter(isCovered);
    expect(covered).toEqual(["login.microsoftonline.com", "login.microsoftonline.us"]);
  });

  // MSAL asks the preferred host of the cloud instead of an alias.
  const asked = loginClouds.flatMap(({ preferredNetwork, aliases }) =>
    aliases.map((host) => ({ host, asked: preferredNetwork })),
  );

  it.each(asked)(
    "$host is asked as $asked, and the backup serves it if the cloud is covered",
    async ({ host, asked }) => {
      const codes = isCovered(asked) ? undefined : [50033];
      const outcome = await run(
        async ({ open, world, clock }) => {
          const user = world.user("megan");
          const nativeApp = await open({ app: "desk-app", host });
          await nativeApp.acquire({ flow: "authorization-code", scopes: graph, user });
          await clock.until(minutes(30));
          await nativeApp.attempt({ flow: "silent", scopes: graph, user, forceRefresh: true });
        },
        {
          settings: { backup: edition },
          faults: [tokenServerError({ from: minutes(20), for: hours(2) })],
        },
      );
      const last = only(outcome, "exchange-ended").at(-1);
      expect([last?.servedBy, last?.error?.codes]).toEqual(["backup", codes]);
      expect(only(outcome, "exchange-began").every((began) => began.host === asked)).toBe(true);
    },
  );
});

describe.each(editionIds)("the backup by the text of %s", (edition) => {
  it.each(Object.keys(flows) as FlowKind[])("treats the flow %s as the text says", async (flow) => {
    const isProtected = editionOf(edition).flows[flow].status === "protected";
    expect(await inOutage(flow, edition)).toEqual(
      isProtected
        ? { by: "backup", token: true, codes: undefined }
        : { by: "primary", token: false, codes: [90033] },
    );
  });
});
