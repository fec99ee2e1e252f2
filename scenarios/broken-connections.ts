/**
 * Failures below HTTP: no name, no connection, no answer, an incomplete answer. Five minutes of
 * each, for a daemon with a time-out of 30 s that backs off as the guidance says.
 */
import { backOff } from "../harness/clients/calling-patterns.ts";
import { minutes, seconds } from "../harness/core/time/duration.ts";
import type { FaultEffect, FaultSite } from "../harness/faults/plan.ts";
import { unreachable } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil } from "./applications.ts";

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly effect: FaultEffect;
  readonly at?: FaultSite;
  readonly standsFor: string;
  /** Present when the request is answered in the end, so that there is no failure to back off from. */
  readonly answered?: true;
}

const variants: readonly Variant[] = [
  {
    name: "token-hang",
    title: "The token endpoint accepts requests and never answers",
    effect: { kind: "hang" },
    standsFor: "one-minute hangs (microsoft-authentication-library-for-js#4297)",
  },
  {
    name: "token-latency",
    title: "Answers take 20 seconds",
    effect: { kind: "latency", delay: seconds(20) },
    standsFor: "a service that is overloaded and not yet down",
    answered: true,
  },
  {
    name: "token-slow-body",
    title: "The answer trickles in",
    effect: { kind: "slow-body", chunkBytes: 256, everyMs: seconds(1) },
    standsFor:
      "a slow trickle through a congested link (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
    answered: true,
  },
  {
    name: "token-stalled-body",
    title: "The answer stops for two minutes in the middle of its body",
    effect: { kind: "stalled-body", bytes: 100, forMs: minutes(2) },
    standsFor:
      "a connection that is open but stalled (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
    answered: true,
  },
  {
    name: "token-reset",
    title: "Connections are reset",
    at: "edge",
    effect: { kind: "reset" },
    standsFor:
      "connection resets at the gateway (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    name: "token-fin-mid-body",
    title: "The connection is closed in the middle of the body",
    effect: { kind: "cut-body", bytes: 200, by: "fin" },
    standsFor: "a front end that is taken out of rotation while it answers",
  },
  {
    name: "token-reset-mid-body",
    title: "The connection is reset in the middle of the body",
    effect: { kind: "cut-body", bytes: 200, by: "reset" },
    standsFor: "a front end that crashes while it answers",
  },
  {
    name: "token-truncated",
    title: "A complete HTTP reply with a truncated JSON body",
    effect: { kind: "truncated-body", bytes: 200 },
    standsFor: "a proxy that cuts bodies and corrects the length",
    answered: true,
  },
  {
    name: "token-refused",
    title: "Connections are refused",
    at: "edge",
    effect: { kind: "refused" },
    standsFor:
      "refused TCP connections at the login hosts (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    name: "token-connect-timeout",
    title: "Connections time out",
    at: "edge",
    effect: { kind: "connect-timeout" },
    standsFor: "2021-12-16: sign-in endpoints unreachable for 2 h 14 m (Azure status history)",
  },
  {
    name: "dns-failure",
    title: "The login host does not resolve",
    at: "dns",
    effect: { kind: "dns-failure" },
    standsFor: "2025-02-25: a DNS record of a sign-in host was removed (TMS9-J_8)",
  },
  {
    name: "tls-failure",
    title: "The TLS handshake fails",
    at: "edge",
    effect: { kind: "tls-failure" },
    standsFor: "a proxy or a certificate that is misconfigured between the app and Entra",
  },
  {
    name: "token-empty-success",
    title: "200 with an empty JSON object",
    effect: { kind: "empty-success" },
    standsFor: "a success without content: status 200 and an empty object",
    answered: true,
  },
  {
    name: "token-wrong-content-type",
    title: "A valid answer with content type text/html",
    effect: { kind: "wrong-content-type", contentType: "text/html" },
    standsFor: "a proxy that changes the content type of answers",
    answered: true,
  },
];

function brokenScenario(variant: Variant): Scenario {
  const { name, title, effect, standsFor, at = "primary", answered } = variant;
  return defineScenario({
    name,
    title,
    story: {
      standsFor,
      asserts:
        "No success without a usable token, no call that waits for ever, growing waits between attempts, and tokens again soon after the network recovers.",
      failureMeans:
        "The client treats a failure below HTTP as success, retries too fast, or never recovers.",
      fix: "Give every call a time-out, back off between attempts, and check that the result has a token.",
    },
    needs: ["client-credentials"],
    asserts: [
      ...(answered === true ? [] : ["backoff"]),
      "call-duration",
      "recovery",
      "empty-token",
    ],
    faults: [{ id: "broken", at, on: ["token"], from: 0, for: minutes(5), effect }],
    async script(context) {
      const { clock } = context;
      const daemon = await context.open({ app: "nightly-daemon" });
      const withTimeout = { ...daemonToken, timeoutMs: seconds(30) };
      await backOff(daemon, withTimeout, { clock, attempts: 9 });
      await clock.until(minutes(7));
      await daemon.attempt(withTimeout);
    },
  });
}

const polled = defineScenario({
  name: "token-refused-polled",
  title: "Connections are refused to a daemon that calls every ten seconds",
  story: {
    standsFor:
      "code that leaves waiting to its client, in an outage without any HTTP answer (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
    asserts: "Growing waits between attempts, or no attempts at all.",
    failureMeans:
      "Every call of the application sends a request: the client has no circuit breaker for network errors.",
    fix: "Put a circuit breaker around the client: after a network error, 5 s, then doubling.",
  },
  needs: ["client-credentials"],
  asserts: ["backoff", "recovery"],
  faults: [unreachable({ from: 0, for: minutes(5) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    await pollUntil(context, daemon, daemonToken, { everyMs: seconds(10), untilMs: minutes(8) });
  },
});

export const brokenConnections: readonly Scenario[] = [...variants.map(brokenScenario), polled];
