/** Requests and steps that several scenarios of the library share. */
import { poll } from "../harness/clients/calling-patterns.ts";
import { minutes } from "../harness/core/time/duration.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import type { Application } from "../harness/clients/application.ts";
import type { ScriptContext } from "../harness/runner/scenario.ts";

/** The token request of a daemon: everything that its app was granted at Microsoft Graph. */
export const daemonToken: TokenRequest = {
  flow: "client-credentials",
  scopes: ["https://graph.microsoft.com/.default"],
};

/** A delegated scope of Microsoft Graph. */
export const graphScopes = ["https://graph.microsoft.com/User.Read"];

/** The request of a silent call for a user of the world, by short name. */
export function silently(context: ScriptContext, name: string): TokenRequest {
  return { flow: "silent", scopes: graphScopes, user: context.world.user(name) };
}

/** Signs a user in by authorization code; rejects when that fails. */
export async function signIn(
  context: ScriptContext,
  application: Application,
  name: string,
): Promise<void> {
  const user = context.world.user(name);
  await application.acquire({ flow: "authorization-code", scopes: graphScopes, user });
}

/** Polls until `untilMs` after the start of the scenario. */
export function pollUntil(
  context: ScriptContext,
  application: Application,
  request: TokenRequest,
  options: { readonly everyMs: number; readonly untilMs: number },
): Promise<void> {
  const { clock } = context;
  const forMs = options.untilMs - clock.elapsed();
  return poll(application, request, { clock, everyMs: options.everyMs, forMs });
}

/** Signs a user in (default: megan), and calls silently every `everyMs` (default: half an hour) until `untilMs` after the start of the scenario. */
export async function workUntil(
  context: ScriptContext,
  app: string,
  untilMs: number,
  {
    user = "megan",
    everyMs = minutes(30),
  }: { readonly user?: string; readonly everyMs?: number } = {},
): Promise<void> {
  const application = await context.open({ app, cache: "persisted" });
  await signIn(context, application, user);
  await pollUntil(context, application, silently(context, user), { everyMs, untilMs });
}

/** Asked by scenarios that are played with both answers: a live test says yes, older recordings say no. */
export const refreshInQuestion = "Do the day-long tokens of apps come with refresh_in?";
