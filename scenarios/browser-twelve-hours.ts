/**
 * Rows of the flow table that need a browser: single-page applications with the implicit grant,
 * which the backup system protects, and with code and PKCE, which it does not.
 */
import type { TokenRequest } from "../harness/clients/client.ts";
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { Scenario, ScriptContext } from "../harness/runner/scenario.ts";
import { graphScopes, pollUntil } from "./applications.ts";
import { row } from "./twelve-hours-row.ts";

/** Signs Megan in by a popup, and calls silently every half hour until after the outage. */
function inPage(flow: "id-token" | "popup", scopes: readonly string[]): Scenario["script"] {
  return async (context: ScriptContext) => {
    const spa = await context.open({ app: "spa", cache: "persisted" });
    const request: TokenRequest = { flow, scopes, user: context.world.user("megan") };
    await spa.acquire(request);
    const silent = { ...request, flow: "silent" } as const;
    await pollUntil(context, spa, silent, { everyMs: minutes(30), untilMs: hours(15) });
  };
}

export const browserRows: readonly Scenario[] = [
  row("msal-1-id-token", {
    title: "12 hours without the primary: a page with msal 1.x and id tokens only",
    row: { flow: "spa-implicit-id-token", as: "a single-page app with msal 1.x" },
    says: "single-page apps that use the implicit grant for id tokens only are protected",
    isServed: true,
    needs: ["id-token", "silent"],
    clients: ["msal"],
    asserts: ["availability", "screen", "prompts-caused", "recovery"],
    script: inPage("id-token", ["openid", "profile"]),
  }),
  row("msal-browser-code", {
    title: "12 hours without the primary: a page with msal-browser, code and PKCE",
    row: { flow: "spa-code", as: "a single-page app with msal-browser" },
    says: "authorization code with PKCE is not supported for single-page apps",
    isServed: false,
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    asserts: ["recovery", "prompts-caused", "screen"],
    script: inPage("popup", graphScopes),
  }),
];
