/** Calls around the expiry of a token, and changes of the keys that sign it. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import { keysWithdrawn } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

export const tokenEdge = defineScenario({
  name: "token-edge",
  title: "Calls seconds before and after a token expires",
  story: {
    standsFor: "clocks differ: an API whose clock is ahead rejects a token in its last moments",
    asserts: "No expired token is handed out, and no fresh one is renewed.",
    failureMeans: "Requests fail at random, once an hour, for a second.",
    fix: "Leave renewal to the client, which renews five minutes early.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["token-expiry", "cached-token", "empty-token"],
  settings: { accessTokenLifetimeSeconds: 3_600, refreshIn: "never" },
  faults: [],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    const edges = [
      minutes(54),
      minutes(55) - seconds(1),
      minutes(55),
      minutes(60) - seconds(1),
      minutes(60),
      hours(2),
    ];
    for (const edge of edges) {
      await context.clock.until(edge);
      const result = await portal.attempt(silently(context, "adele"));
      if (!(result instanceof Error)) await portal.callApi(result, "graph");
    }
  },
});

export const keyRotation = defineScenario({
  name: "key-rotation",
  title: "The signing keys are rotated while tokens are in use",
  story: {
    standsFor:
      "key rollover: tokens of the old key stay valid while both keys are published (signing key rollover document)",
    asserts:
      "Tokens signed with either key are accepted, and no client renews or prompts because of the rotation.",
    failureMeans: "A routine rotation looks like an outage.",
    fix: "Validate against all published keys, and fetch the set again for an unknown key.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["token-expiry", "cached-token", "silent-first"],
  settings: { accessTokenLifetimeSeconds: 3_600 },
  faults: [],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    for (let step = 1; step <= 12; step += 1) {
      await context.clock.until(minutes(10 * step));
      if (step === 3) context.world.rotateKeys();
      const result = await portal.attempt(silently(context, "adele"));
      if (!(result instanceof Error)) await portal.callApi(result, "graph");
    }
  },
});

export const keyRollover = defineScenario({
  name: "key-rollover-api",
  title: "The signing keys are rotated under an API that validates tokens",
  story: {
    standsFor:
      "a routine key rollover, and a service that keeps the keys for ever or tries only the first (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover)",
    asserts:
      "Tokens of the new key are accepted after one more request for the keys, and those of the old key as before.",
    failureMeans:
      "All callers are refused from the first token of the new key on, until a restart.",
    fix: "Choose the key by the kid of the token, and read the key set again for an unknown one.",
  },
  needs: ["client-credentials"],
  clients: ["bare-validator"],
  asserts: ["key-rollover"],
  settings: { accessTokenLifetimeSeconds: 3_600 },
  faults: [],
  async script(context) {
    const api = await context.open({ app: "nightly-daemon" });
    const orders: TokenRequest = { flow: "client-credentials", scopes: ["api://orders/.default"] };
    for (let step = 0; step <= 75; step += 1) {
      await context.clock.until(minutes(4 * step));
      if (step === 8) context.world.rotateKeys();
      // The first token of the new key comes while one of the old key is in use.
      if (step >= 9) await api.attempt(orders);
      await api.attempt(daemonToken);
    }
  },
});

export const keysLost = defineScenario({
  name: "keys-withdrawn",
  title: "The signing key disappears from the published keys for two hours",
  story: {
    standsFor:
      "2021-03-15: a signing key was removed although it was in use, and APIs rejected valid tokens (LN01-P8Z)",
    asserts:
      "A client whose tokens an API rejects neither discards them nor sends users to sign in.",
    failureMeans: "An outage of APIs becomes an outage of sign-in that lasts after the repair.",
    fix: "A 401 without a claims challenge is a problem of the API: keep the token, back off, and call the API again.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["cached-token", "silent-first", "recovery"],
  faults: [keysWithdrawn({ from: hours(1), for: hours(2) })],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    await context.clock.until(hours(1));
    context.world.rotateKeys();
    while (context.clock.elapsed() < hours(4)) {
      const result = await portal.attempt(silently(context, "adele"));
      if (!(result instanceof Error)) await portal.callApi(result, "graph");
      await context.clock.sleep(minutes(10));
    }
    await pollUntil(context, portal, silently(context, "adele"), {
      everyMs: minutes(10),
      untilMs: hours(5),
    });
  },
});
