/** Every flow that msal-node knows, well and then in an outage: served just when the text protects it. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../clock/duration.ts";
import { tokenServerError } from "../fault/presets.ts";
import { graph, only, run } from "../run/testing.ts";
import type { Application, Scenario, ScriptContext } from "../scenario.ts";
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
  const desk = await open({ app: "desk-app" });
  const ask = (): Promise<unknown> => desk.attempt({ flow, scopes: graph, user });
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

describe("the host that an app uses", () => {
  it.each([
    ["login.microsoftonline.com", "backup", undefined, undefined],
    ["login.microsoftonline.us", "backup", undefined, undefined],
    // MSAL asks the preferred host of the cloud instead.
    ["login.windows.net", "backup", undefined, "login.microsoftonline.com"],
    ["login.partner.microsoftonline.cn", "backup", [50033], undefined],
  ])("%s: answered by the %s, with %o", async (host, by, codes, asked = host) => {
    const outcome = await run(
      async ({ open, world, clock }) => {
        const user = world.user("megan");
        const desk = await open({ app: "desk-app", host });
        await desk.acquire({ flow: "authorization-code", scopes: graph, user });
        await clock.until(minutes(30));
        await desk.attempt({ flow: "silent", scopes: graph, user, forceRefresh: true });
      },
      {
        settings: { backup: "2026-03" },
        faults: [tokenServerError({ from: minutes(20), for: hours(2) })],
      },
    );
    const last = only(outcome, "exchange-ended").at(-1);
    expect([last?.servedBy, last?.error?.codes]).toEqual([by, codes]);
    expect(only(outcome, "exchange-began").every((began) => began.host === asked)).toBe(true);
  });
});

describe.each(editionIds)("the backup by the text of %s", (edition) => {
  it.each(Object.keys(flows) as FlowKind[])("treats %s as the text says", async (flow) => {
    const isProtected = editionOf(edition).flows[flow].status === "protected";
    expect(await inOutage(flow, edition)).toEqual(
      isProtected
        ? { by: "backup", token: true, codes: undefined }
        : { by: "primary", token: false, codes: [90033] },
    );
  });
});
