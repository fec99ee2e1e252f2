/** What the scenarios in a browser have in common: a single-page application, a person, and how they go on. */
import { minutes } from "../harness/core/time/duration.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import type { Application } from "../harness/clients/application.ts";
import type { OpenApplication, ScriptContext } from "../harness/runner/scenario.ts";
import { graphScopes, pollUntil, silently } from "./applications.ts";

/** Who sits in front of it. */
export const PERSON = "adele";

/** The guidance that most of these scenarios stand for. */
export const RESILIENT_CLIENT =
  "https://learn.microsoft.com/entra/architecture/resilience-client-app";

/** Where msal-browser keeps tokens, and for how long. */
export const CACHING =
  "https://learn.microsoft.com/entra/identity-platform/msal-js-sso, and msal-browser's own article on caching";

/** An application with a person signed in by a popup. */
export async function signedIn(
  context: ScriptContext,
  how: Partial<OpenApplication> = {},
): Promise<Application> {
  const spa = await context.open({ app: "spa", ...how });
  await spa.acquire(signIn(context));
  return spa;
}

/** A sign-in by popup, unless another flow is named. */
export function signIn(context: ScriptContext, flow: "popup" | "redirect" = "popup"): TokenRequest {
  return { flow, scopes: graphScopes, user: context.world.user(PERSON) };
}

/** Asks silently every so often (every half hour) until `untilMs` after the start of the scenario. */
export function askUntil(
  context: ScriptContext,
  spa: Application,
  untilMs: number,
  everyMs = minutes(30),
): Promise<void> {
  return pollUntil(context, spa, silently(context, PERSON), { everyMs, untilMs });
}

/** Asks silently as `askUntil` does, and sends the person to sign in when the library says that it needs them. */
export async function workUntil(
  context: ScriptContext,
  spa: Application,
  { untilMs, everyMs }: { readonly untilMs: number; readonly everyMs: number },
): Promise<void> {
  const { clock } = context;
  while (clock.elapsed() < untilMs) {
    const result = await spa.attempt(silently(context, PERSON));
    if (spa.needsInteraction(result)) await spa.attempt(signIn(context));
    await clock.until(Math.min(untilMs, clock.elapsed() + everyMs));
  }
}
