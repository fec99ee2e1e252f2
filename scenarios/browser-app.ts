/** What the scenarios in a browser share: a single-page application, its user, and how they work. */
import { minutes } from "../harness/core/time/duration.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import type { Application } from "../harness/clients/application.ts";
import type { OpenApplication, ScriptContext } from "../harness/runner/scenario.ts";
import { graphScopes, pollUntil, silently } from "./applications.ts";

/** The user of the application. */
export const USER = "adele";

/** The guidance behind most of these scenarios. */
export const RESILIENT_CLIENT =
  "https://learn.microsoft.com/entra/architecture/resilience-client-app";

/** Documents on where msal-browser caches tokens, and for how long. */
export const CACHING =
  "https://learn.microsoft.com/entra/identity-platform/msal-js-sso, and msal-browser's own article on caching";

/** Opens an application and signs the user in by a popup. */
export async function signedIn(
  context: ScriptContext,
  how: Partial<OpenApplication> = {},
): Promise<Application> {
  const spa = await context.open({ app: "spa", ...how });
  await spa.acquire(signIn(context));
  return spa;
}

/** The request of a sign-in; by popup unless another flow is named. */
export function signIn(context: ScriptContext, flow: "popup" | "redirect" = "popup"): TokenRequest {
  return { flow, scopes: graphScopes, user: context.world.user(USER) };
}

/** Calls silently every `everyMs` (default: half an hour) until `untilMs` after the start of the scenario. */
export function callUntil(
  context: ScriptContext,
  spa: Application,
  untilMs: number,
  everyMs = minutes(30),
): Promise<void> {
  return pollUntil(context, spa, silently(context, USER), { everyMs, untilMs });
}

/** Calls silently until `untilMs`, and signs the user in when the library requires it. */
export async function workUntil(
  context: ScriptContext,
  spa: Application,
  { untilMs, everyMs }: { readonly untilMs: number; readonly everyMs: number },
): Promise<void> {
  const { clock } = context;
  while (clock.elapsed() < untilMs) {
    const result = await spa.attempt(silently(context, USER));
    if (spa.needsInteraction(result)) await spa.attempt(signIn(context));
    await clock.until(Math.min(untilMs, clock.elapsed() + everyMs));
  }
}
