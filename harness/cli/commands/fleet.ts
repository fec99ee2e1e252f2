/** `brownout fleet`: whether a fleet of modelled clients comes back after an outage, when, and under which retry policy it costs least. */
import { bareBehaviour, type Behaviour, failureKinds } from "../../clients/behaviour/behaviour.ts";
import { loadClient } from "../../clients/registry.ts";
import { formatDuration } from "../../core/time/duration.ts";
import { createPaint, type Paint } from "../../reporting/formats/terminal.ts";
import { baseLoadOf, type FleetPlan } from "../../runner/fleet/fleet-plan.ts";
import { cheapestOf, type FleetOutcome, outcomeOf } from "../../runner/fleet/fleet-outcome.ts";
import { learnBehaviour } from "../../runner/fleet/learn-behaviour.ts";
import { playFleet } from "../../runner/fleet/play-fleet.ts";
import type { Arguments } from "../arguments.ts";
import { type fleetOptions, type FleetRequest, readFleet } from "../fleet/fleet-options.ts";
import type { Io } from "../io.ts";

interface Played {
  readonly policy: string;
  readonly plan: FleetPlan;
  readonly outcome: FleetOutcome;
}

/** Plays the fleet under each policy and prints what came of it; resolves to the exit code. */
export async function fleetCommand(given: Arguments<typeof fleetOptions>, io: Io): Promise<number> {
  const request = readFleet(given);
  const behaviour = await behaviourOf(request);
  const played = request.policies.map((policy): Played => {
    const plan = request.planFor(behaviour, policy);
    return { policy: policy.name, plan, outcome: outcomeOf(plan, playFleet(plan)) };
  });
  if (given.values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(asJson(played, behaviour), null, 2)}\n`);
  } else {
    const paint = createPaint(io.stdout, io.environment);
    io.stdout.write(`${textOf(played, behaviour, paint).join("\n")}\n`);
  }
  const { backWithinMs } = request;
  if (backWithinMs === undefined) return 0;
  const late = played.filter(
    ({ outcome: { backAfterMs = Infinity } }) => backAfterMs > backWithinMs,
  );
  if (late.length === 0) return 0;
  const names = late.map(({ policy }) => policy).join(", ");
  io.stderr.write(`Not back within ${formatDuration(backWithinMs)}: ${names}.\n`);
  return 1;
}

async function behaviourOf({ client, flow }: FleetRequest): Promise<Behaviour> {
  if (client === bareBehaviour.name) return bareBehaviour;
  return learnBehaviour(await loadClient(client, { needs: [flow] }), flow);
}

function asJson(played: readonly Played[], behaviour: Behaviour) {
  return {
    schema: "brownout/fleet/1",
    behaviour,
    policies: played.map(({ policy, plan, outcome }) => ({
      policy,
      clients: plan.clients,
      baseLoadPerSecond: baseLoadOf(plan),
      capacityPerSecond: plan.service.perSecond,
      seed: plan.seed,
      ...outcome,
    })),
    ...cheapest(played),
  };
}

function cheapest(played: readonly Played[]): { readonly cheapest?: string } {
  const found = cheapestOf(played);
  return found === undefined ? {} : { cheapest: found.policy };
}

function textOf(played: readonly Played[], behaviour: Behaviour, paint: Paint): readonly string[] {
  const [first] = played;
  if (first === undefined) return [];
  const rows = [header, ...played.map(cellsOf)];
  const widths = header.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const found = cheapestOf(played);
  return [
    ...planLines(first.plan),
    ...behaviourLines(behaviour),
    "",
    ...rows.map((row, index) => {
      const line = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd();
      return index === 0 ? paint("bold", line) : line;
    }),
    "",
    found === undefined
      ? paint(
          "red",
          "Under none of these policies does the fleet come back: bound the queue below the time-out of callers, or shed with Retry-After.",
        )
      : `The least requests with which the fleet comes back: ${found.policy}.`,
    "Back: 99 of 100 clients have a token, and for ten minutes. A model of one service with a queue, first come, first served; its figures are those above.",
  ];
}

const header = [
  "policy",
  "back after",
  "without a token",
  "later",
  "sent for each served",
  "wasted work",
  "peak to capacity",
];

function cellsOf({ policy, plan, outcome }: Played): readonly string[] {
  const { backAfterMs, mostWithout, mostWithoutLater } = outcome;
  const { outages } = plan.service;
  const last = outages.at(-1);
  const watchedMs = plan.untilMs - (last === undefined ? 0 : last.fromMs + last.forMs);
  return [
    policy,
    backAfterMs === undefined ? `not in ${formatDuration(watchedMs)}` : formatDuration(backAfterMs),
    percent(mostWithout),
    mostWithoutLater === undefined ? "" : percent(mostWithoutLater),
    outcome.sentForEachServed.toFixed(1),
    percent(outcome.wastedShare),
    outcome.peakToCapacity.toFixed(1),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function planLines(plan: FleetPlan): readonly string[] {
  const { service } = plan;
  const [outage] = service.outages;
  const load = baseLoadOf(plan).toFixed(1);
  const queue =
    service.longestWaitMs === Infinity
      ? "rejects nothing"
      : `rejects what would wait longer than ${formatDuration(service.longestWaitMs)}`;
  const hangUp =
    plan.patienceMs === Infinity
      ? "Callers wait for ever."
      : `Callers hang up after ${formatDuration(plan.patienceMs)}.`;
  return [
    `${plan.clients} clients with tokens of ${formatDuration(plan.tokenLifetimeMs)} send ${load} requests a second while all is well; the service can serve ${service.perSecond.toFixed(1)} and ${queue}.`,
    `It is down for ${formatDuration(outage?.forMs ?? 0)} (${outage?.answers ?? ""}). ${hangUp}`,
  ];
}

function behaviourLines({ name, renewsBeforeMs, onFailure }: Behaviour): readonly string[] {
  const holds = failureKinds.map((kind) => {
    const { retriesAfterMs, holdsMs, honoursRetryAfter } = onFailure[kind];
    const parts = [
      ...(retriesAfterMs.length === 0
        ? []
        : [`retries after ${retriesAfterMs.map(formatDuration).join(", ")}`]),
      ...(holdsMs === 0 ? [] : [`holds calls back for ${formatDuration(holdsMs)}`]),
      ...(honoursRetryAfter ? ["waits as Retry-After says"] : []),
    ];
    return `  ${kind}: ${parts.length === 0 ? "the next call sends a request" : parts.join(", ")}`;
  });
  return [
    `${name} renews a token ${formatDuration(renewsBeforeMs)} before it expires; after a failure:`,
    ...holds,
  ];
}
