/** The same outage for three ways of calling a client. */
import { backOff, retryAtOnce } from "../harness/clients/calling-patterns.ts";
import { minutes } from "../harness/core/time/duration.ts";
import { tokenServerError, unreachable } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";

export const backsOff = defineScenario({
  name: "backs-off",
  title: "An application that backs off as the guidance says, in ten minutes of 503",
  story: {
    standsFor:
      "the client resilience guidance: first retry after 5 s, then exponentially (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts: "The guidance works: few requests, and a token soon after the outage.",
    failureMeans: "The client breaks an application that follows the guidance.",
    fix: "Each failed rule names its own fix.",
  },
  needs: ["client-credentials"],
  asserts: ["backoff", "retry-storm", "recovery"],
  faults: [tokenServerError({ from: 0, for: minutes(10) })],
  limits: { recoveryWithinMs: minutes(6) },
  async script(context) {
    const { clock } = context;
    const daemon = await context.open({ app: "nightly-daemon" });
    await backOff(daemon, daemonToken, { clock, attempts: 15 });
  },
});

export const retriesAtOnce = defineScenario({
  name: "retries-at-once",
  title: "A wrapper that retries thirty times in a row, in ten minutes of 503",
  story: {
    standsFor: "retry wrappers around MSAL, which its own documentation advises against",
    asserts: "The client shields the service from the wrapper.",
    failureMeans: "Every wrapped call is a burst of requests.",
    fix: "Remove the wrapper, or let it wait.",
  },
  needs: ["client-credentials"],
  asserts: ["retry-storm", "backoff", "recovery"],
  faults: [tokenServerError({ from: 0, for: minutes(10) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    for (let call = 0; call < 5; call += 1) {
      await retryAtOnce(daemon, daemonToken, { attempts: 30 });
      await context.clock.sleep(minutes(3));
    }
  },
});

export const retriesAtOnceUnreachable = defineScenario({
  name: "retries-at-once-unreachable",
  title: "A wrapper that retries thirty times in a row, while nothing answers",
  story: {
    standsFor:
      "the same wrapper in an outage without an HTTP answer such as 2021-12-16 (Azure status history)",
    asserts: "The client shields the service from the wrapper.",
    failureMeans: "Every wrapped call is a burst of connections.",
    fix: "Remove the wrapper, or let it wait.",
  },
  needs: ["client-credentials"],
  asserts: ["retry-storm", "backoff", "recovery"],
  faults: [unreachable({ from: 0, for: minutes(10) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    for (let call = 0; call < 5; call += 1) {
      await retryAtOnce(daemon, daemonToken, { attempts: 30 });
      await context.clock.sleep(minutes(3));
    }
  },
});
