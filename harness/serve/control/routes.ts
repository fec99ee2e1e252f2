/** The operations of the control API. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { HarnessError } from "../../core/errors.ts";
import { parseDuration } from "../../core/time/parse-duration.ts";
import { brownoutVersion } from "../../core/version.ts";
import { expected, expecting, schema } from "../../core/validation.ts";
import { outageNames } from "../../faults/outage-names.ts";
import { planSchema } from "../../faults/plan-schema.ts";
import { checkFaultPlan } from "../../faults/validate.ts";
import type { Endpoint } from "../../entra/request/endpoint.ts";
import { notJudged } from "../../rules/on-upstream.ts";
import { judgeHistory, verdictOf } from "../../rules/rules.ts";
import { whyUnproved } from "../../rules/model/unproved.ts";
import { type PresetName, type PresetOptions, planOf } from "../../runner/live/outage-by-name.ts";
import type { RequestFilter } from "../../runner/live/requests.ts";
import { requestList } from "./request-list.ts";
import { livePage } from "./live-page.ts";
import { journalText } from "./journal-text.ts";
import type { Route } from "./route.ts";
import { withBody } from "./route.ts";
import { scenarioRoute } from "./scenario-route.ts";
import { signInRoute } from "./sign-in-route.ts";
import { worldRoute } from "./world-route.ts";

const TTL = "10m";

const presetNames = Object.keys(outageNames) as PresetName[];

const duration = schema((z) =>
  z.union([z.string(), z.number()], {
    error: expecting("a duration", 'Such as "10m" or "1h 30m".'),
  }),
);

const outageBody = schema((z) =>
  z.strictObject({
    /** One of the outages by name. */
    preset: z.enum(presetNames).optional(),
    /** The options of the preset, such as `{ "for": "5m" }`. */
    options: z.record(z.string(), z.unknown()).optional(),
    /** Instead of a preset: windows, whose `from` and `for` are in ms from now. */
    plan: planSchema().optional(),
    /** How long they last at most by the machine's clock, also when no one ends them. */
    ttl: duration().optional(),
  }),
);

const advanceBody = schema((z) => z.strictObject({ by: duration() }));

const operationBody = schema((z) =>
  z.strictObject({
    name: nonEmptyString(),
    client: nonEmptyString().optional(),
    /** `own` (default): those of the program that asks and of its children; `all`: everyone's. */
    requests: z.enum(["own", "all"]).optional(),
  }),
);

const endBody = schema((z) =>
  z.strictObject({
    failed: z.string().optional(),
    /** Its process ended with it because nothing caught this error. */
    crash: z.strictObject({ name: nonEmptyString(), message: z.string() }).optional(),
  }),
);

const outages: readonly Route[] = [
  {
    method: "GET",
    path: "/outages",
    summary: "The faults that have not ended, and when they end at the latest.",
    handle: (_request, { faults }) => ({ json: faults.open() }),
  },
  withBody({
    method: "POST",
    path: "/outages",
    summary: `Starts an outage: a preset, or a plan of windows. It ends with its time, or with its ttl (default ${TTL}) by the machine's clock.`,
    body: outageBody,
    handle({ preset, options = {}, plan, ttl = TTL }, _request, { faults }) {
      if ((preset === undefined) === (plan === undefined)) {
        throw new HarnessError("bad-usage", "expected either a preset or a plan", {
          place: "body",
          hint: `Presets are ${presetNames.join(", ")}.`,
        });
      }
      const windows =
        preset === undefined
          ? checkFaultPlan(plan, "body")
          : planOf(preset, options as PresetOptions<PresetName>);
      const ttlMs = parseDuration(ttl as string | number, "body.ttl");
      return { json: faults.start(windows, ttlMs, "body"), status: 201 };
    },
  }),
  {
    method: "DELETE",
    path: "/outages",
    summary: "Ends all faults.",
    handle(_request, { faults }) {
      faults.clear();
      return { json: { cleared: "all" } };
    },
  },
  {
    method: "DELETE",
    path: "/outages/{id}",
    summary: "Ends one fault.",
    handle({ id }, { faults }) {
      faults.clear([id]);
      return { json: { cleared: id } };
    },
  },
];

const history: readonly Route[] = [
  {
    method: "GET",
    path: "/requests",
    summary: "The requests so far, each with its end and who sent it.",
    query: ["endpoint", "host", "servedBy", "last"],
    handle: ({ query }, { supervisor }) => ({
      json: requestList(supervisor.current().history(), filterOf(query), lastOf(query)),
    }),
  },
  {
    method: "GET",
    path: "/timeline",
    summary: "What happened, a line for each event.",
    handle: (_request, { supervisor }) => ({
      text: `${supervisor.current().live.timeline()}\n`,
      type: "text/plain",
    }),
  },
  {
    method: "GET",
    path: "/journal",
    summary: "The journal so far, which brownout check judges.",
    handle: (_request, { supervisor }) => ({
      text: journalText(supervisor.current()),
      type: "application/jsonl",
    }),
  },
  {
    method: "GET",
    path: "/metrics",
    summary: "Counts since the simulation began, in the text format of Prometheus.",
    handle(_request, { supervisor }) {
      const { live, metrics } = supervisor.current();
      return { text: metrics.text(live.clock.now()), type: "text/plain; version=0.0.4" };
    },
  },
  {
    method: "GET",
    path: "/findings",
    summary: "What the rules say now, of the events in memory.",
    handle(_request, { supervisor }) {
      const served = supervisor.current();
      const history = served.history();
      const findings = judgeHistory(history);
      const eventsDropped = served.eventsDropped();
      const unproved = findings.length === 0 ? whyUnproved(history) : undefined;
      const verdict = unproved === undefined ? verdictOf(findings) : "inconclusive";
      const left = notJudged(history);
      return {
        json: {
          verdict,
          ...(unproved === undefined ? {} : { unproved }),
          findings,
          ...(left.length === 0 ? {} : { notJudged: left }),
          eventsDropped,
        },
      };
    },
  },
];

/** All of them, in the order of the document. */
export const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/health",
    summary: "Whether it serves.",
    open: true,
    handle: () => ({ json: { status: "ok", brownout: brownoutVersion } }),
  },
  {
    method: "GET",
    path: "/",
    summary: "The live page.",
    open: true,
    handle: () => ({ text: livePage(presetNames), type: "text/html" }),
  },
  {
    method: "GET",
    path: "/openapi.json",
    summary: "This document.",
    open: true,
    handle: () => ({ json: {} }),
  },
  {
    method: "GET",
    path: "/state",
    summary: "The time, what is broken, and how much has happened.",
    handle(_request, { supervisor, faults, problems }) {
      const { live, clock, seed, eventsDropped } = supervisor.current();
      return {
        json: {
          now: live.clock.now(),
          clock,
          seed,
          outages: faults.open(),
          events: live.recorder.events.length + eventsDropped(),
          problems: problems(),
        },
      };
    },
  },
  ...outages,
  withBody({
    method: "POST",
    path: "/clock/advance",
    summary: "Lets time pass at once. Only with --clock stepped.",
    body: advanceBody,
    async handle({ by }, _request, { supervisor }) {
      const { live, clock } = supervisor.current();
      if (clock.kind !== "stepped") {
        throw new HarnessError("bad-usage", "time passes by itself, so it cannot be moved", {
          place: "clock",
          hint: "Start it with --clock stepped.",
        });
      }
      await live.clock.advance(by as string | number);
      return { json: { now: live.clock.now() } };
    },
  }),
  worldRoute,
  signInRoute,
  ...history,
  scenarioRoute,
  withBody({
    method: "POST",
    path: "/operations",
    summary: "Begins an operation: what the requests that follow are for.",
    body: operationBody,
    async handle({ requests = "own", ...asked }, { caller }, { operations }) {
      const id = operations.begin({ ...asked, requests }, await caller());
      return { json: { id }, status: 201 };
    },
  }),
  withBody({
    method: "POST",
    path: "/operations/{id}/end",
    summary: "Ends an operation: good, or failed with a message.",
    body: endBody,
    handle({ failed, crash }, { id }, { operations }) {
      operations.end(Number(id), failed, crash);
      return { json: { ended: Number(id) } };
    },
  }),
  {
    method: "POST",
    path: "/reset",
    summary: "Begins anew, with the world, the seed and the faults of the start.",
    async handle(_request, { supervisor, faults, operations, changes }) {
      faults.forget();
      changes.forget();
      operations.forget();
      await supervisor.reset();
      return { json: { reset: true } };
    },
  },
];

/** How many are asked for; all without a number. */
function lastOf(query: URLSearchParams): number | undefined {
  const given = query.get("last");
  if (given === null) return undefined;
  if (/^[1-9]\d{0,6}$/.test(given)) return Number(given);
  throw new HarnessError("bad-usage", expected("a whole number from 1 on", given), {
    place: "last",
  });
}

function filterOf(query: URLSearchParams): RequestFilter {
  const [endpoint, host, servedBy] = ["endpoint", "host", "servedBy"].map(
    (name) => query.get(name) ?? undefined,
  );
  return {
    ...(endpoint === undefined ? {} : { endpoint: endpoint as Endpoint }),
    ...(host === undefined ? {} : { host }),
    ...(servedBy === undefined ? {} : { servedBy: servedBy as never }),
  };
}
