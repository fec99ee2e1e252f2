/** What rules excuse, and for each excuse a history that abuses it and fails all the same. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatDuration } from "../core/time/duration.ts";
import { abusesOfPrompts } from "../../test/support/excuse-abuses-of-prompts.ts";
import { abusesOfRequests } from "../../test/support/excuse-abuses-of-requests.ts";
import {
  abusesOfAvailability,
  heldByOwnCode,
} from "../../test/support/excuse-abuses-of-availability.ts";
import { abusesOfBackup } from "../../test/support/excuse-abuses-of-backup.ts";
import { abusesOfFailures } from "../../test/support/excuse-abuses-of-failures.ts";
import { abusesOfProtocols } from "../../test/support/excuse-abuses-of-protocols.ts";
import { abusesOfRetryGuidance } from "../../test/support/excuse-abuses-of-retry-guidance.ts";
import { abusesOfTabs } from "../../test/support/excuse-abuses-of-tabs.ts";
import { abusesOfTokens } from "../../test/support/excuse-abuses-of-tokens.ts";
import type { Ask, Call } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import type { History, HistoryEvent } from "../history/event.ts";
import { rules, ruleById } from "./rules.ts";

const daily = { expiresIn: 86_400 };
const login = { code: "login_required", interactionRequired: true } as const;

/** A user has a token of a day, with `lifetimes`; an hour later, or at `clock`, comes `then`. */
function withToken(
  then: (run: RunBuilder) => void,
  lifetimes = {},
  clock = "01:00:00",
): RunBuilder {
  const run = buildRun();
  const first = run.operation();
  run.exchange({
    by: first,
    issued: { token: run.token({ ...daily, ...lifetimes }), refreshToken: "rt-1" },
  });
  first.ok();
  run.at(clock);
  then(run);
  return run;
}

const api = { flow: "custom", app: "validate", client: "api", anyone: true } as const;

/** A call of an API that validates tokens; `reads` is the answer to its request for the keys. */
function validation(run: RunBuilder, { reads, accepts }: { reads?: number; accepts: boolean }) {
  const call = run.operation(api);
  if (reads !== undefined)
    run.exchange({ endpoint: "keys", client: "api", by: call, status: reads });
  if (accepts) call.ok({ token: "none" });
  else call.fails({ code: "invalid_token" });
}

/** An API that has accepted a token; then the keys change, and `then` happens. */
function rollover(then: (run: RunBuilder) => void, more = {}): RunBuilder {
  const run = buildRun();
  run.exchange({ issued: { token: run.token({ expiresIn: 7_200 }) } });
  validation(run, { reads: 200, accepts: true });
  run.at("01:00:00");
  run.changed("keys-rotated", undefined, more);
  run.at("01:10:00");
  then(run);
  return run;
}

const own: Call = { flow: "custom", app: "load", scopes: [], anyone: true };

/** Two calls of own code at once, each with one of these requests under way. */
function together(one: Ask, other: Ask = one): RunBuilder {
  const run = buildRun();
  const requests = [one, other].map((ask) => run.request({ ...ask, by: run.operation(own) }));
  for (const request of requests) request.answered();
  return run;
}

const refresh = {
  app: "client",
  grant: "refresh_token",
  hint: "",
  form: { refresh_token: "rt-0" },
} as const;

const regional = { host: "westeurope.login.microsoft.com" } as const;

/** Two instances of an app in one process. */
const instances = ["app-1", "app-2"] as const;
const oneProcess = { sharedProcesses: { "app-2": "app-1" } } as const;

/** By rule and excuse: what is like the excuse, and is none. */
const abuses: Readonly<Record<string, () => RunBuilder>> = {
  ...abusesOfPrompts,
  ...abusesOfRequests,
  ...abusesOfAvailability,
  ...abusesOfBackup,
  ...abusesOfFailures,
  ...abusesOfProtocols,
  ...abusesOfRetryGuidance,
  ...abusesOfTabs,
  ...abusesOfTokens,
  "cached-token/sign-in-required": () => withToken((run) => run.operation().fails(login)),
  "cached-token/new-token-wanted": () =>
    withToken((run) => {
      run.operation({ forceRefresh: true }).fails();
      run.operation().fails();
    }),
  "cached-token/last-minutes": () => withToken((run) => run.operation().fails(), {}, "23:54:00"),
  "cached-token/refresh-in": () =>
    withToken(
      (run) => {
        const call = run.operation();
        run.exchange({ by: call, status: 503 });
        call.fails();
      },
      { refreshIn: 1_800 },
    ),
  "cached-token/background-refresh": () => {
    const run = buildRun();
    const first = run.operation();
    const token = run.token(daily);
    run.exchange({ by: first, issued: { token } });
    first.ok({ token });
    run.at("11:00:00");
    const call = run.operation();
    const request = run.request({ by: call });
    call.ok({ token });
    request.answered();
    return run;
  },
  "cached-token/explicit-grant": () =>
    withToken((run) => {
      const call = run.operation();
      run.exchange({ by: call, grant: "refresh_token" });
      call.ok();
    }),
  "cached-token/token-used": () =>
    heldByOwnCode((run, call, held) => run.shows(call, held), {
      name: "ClientAuthError",
      code: "endpoints_resolution_error",
    }),
  "cached-token/token-rejected": () =>
    heldByOwnCode((run, call, held) => {
      const headers = [["authorization", `Bearer ${held.accessToken}`]] as const;
      const sent = run.request({ by: call, endpoint: "resource", headers });
      run.shows(run.operation(own), held, { verdict: "unknown-key" });
      sent.answered({ issued: "nothing" });
      run.exchange({ by: call, status: 503 });
    }),
  "key-rollover/may-wait": () => rollover((run) => validation(run, { accepts: false })),
  "key-rollover/keys-unavailable": () =>
    rollover((run) => {
      validation(run, { reads: 503, accepts: false });
      run.at("01:30:00");
      validation(run, { reads: 200, accepts: true });
      run.changed("keys-rotated");
      run.at("01:50:00");
      validation(run, { accepts: false });
    }),
  "key-rollover/token-over": () =>
    rollover((run) => validation(run, { reads: 200, accepts: false })),
  "key-rollover/key-withdrawn": () =>
    rollover((run) => validation(run, { reads: 200, accepts: false }), { overlapMs: 3_600_000 }),
  "key-rollover/never-succeeded": () =>
    rollover((run) => {
      run.operation({ ...api, app: "another" }).fails();
      validation(run, { accepts: false });
    }),
  "key-rollover/other-failure": () =>
    rollover((run) => {
      const call = run.operation(api);
      run.exchange({ ...api, by: call, endpoint: "resource" });
      call.fails();
    }),
  "key-rollover/unknown-keys": () => {
    const run = buildRun();
    for (let token = 0; token < 5; token += 1) {
      validation(run, { reads: 200, accepts: true });
      run.after(120_000);
    }
    return run;
  },
  "request-loop/many-between": () => {
    const run = buildRun();
    for (let count = 0; count < 50 * 9; count += 1)
      run.exchange({ status: 503, takesMs: 100, scopes: [`api://${count % 9}/.default`] });
    return run;
  },
  "single-flight/retry": () => {
    const run = buildRun();
    const by = run.operation(own);
    for (const request of [run.request({ ...refresh, by }), run.request({ ...refresh, by })])
      request.answered({ status: 503 });
    return run;
  },
  "single-flight/after-failure": () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    const request = run.request({ by: first });
    run.exchange({ by: second });
    request.answered({ status: 503 });
    first.fails();
    second.ok();
    return run;
  },
  "single-flight/used-once": () => together(refresh),
  "single-flight/another-session": () => {
    const run = buildRun();
    const [first, second] = [run.operation(own), run.operation(own)];
    run.exchange({ ...refresh, by: first, issued: { refreshToken: "rt-1" } });
    run.exchange({ ...refresh, by: second, form: { refresh_token: "rt-1" } });
    return run;
  },
  "single-flight/another-process": () => {
    const run = buildRun(oneProcess);
    const requests = instances.map((client) => run.request({ by: run.operation({ client }) }));
    for (const request of requests) request.answered();
    return run;
  },
  "single-flight/another-token": () => together(refresh, { ...refresh, scopes: [] }),
  "backoff/retry-after": () => {
    const run = buildRun();
    run.exchange({ status: 503, retryAfter: "soon" });
    run.exchange();
    return run;
  },
  "backoff/another-process": () => {
    const run = buildRun(oneProcess);
    for (const client of instances) run.exchange({ client, status: 503 });
    return run;
  },
  "backoff/another-caller": () => {
    const run = buildRun();
    const request = run.request();
    request.answered({ status: 503 });
    run.exchange();
    return run;
  },
  "backoff/resent": () => {
    const run = buildRun();
    run.exchange({ networkFault: "ECONNRESET" });
    run.exchange({ resent: true, status: 503 });
    run.exchange();
    return run;
  },
  "backoff/another-service": () => {
    const run = buildRun();
    const by = run.operation();
    for (let round = 0; round < 2; round += 1)
      for (const host of [regional, {}]) run.exchange({ by, ...host, status: 503 });
    return run;
  },
  "backoff/long-waits": () => {
    const run = buildRun();
    for (const waitMs of [40_000, 20_000, 20_000]) {
      run.exchange({ status: 503 });
      run.after(waitMs);
    }
    run.exchange();
    return run;
  },
};

/** What each abuse is reported as: `UPDATE_FINDINGS=1 npx vitest run harness/rules/excuses.test.ts` writes it anew. */
const FINDINGS = "test/excuse-findings.txt";

/** The finding of an abuse: its message, and below it the events that it shows. */
function findingOf(name: string, history: History): string {
  const { message, evidence } = ruleById(name.split("/")[0] ?? "").judge(history);
  const events = evidence.map((index) => {
    const { kind, at, ...event } = history.events[index] as HistoryEvent;
    const request = "exchange" in event ? [`request ${event.exchange}`] : [];
    const call = "operation" in event ? [`call ${event.operation}`] : [];
    const since = formatDuration(at - history.header.startedAt);
    return `    ${[`${since} ${kind}`, ...request, ...call].join(" of ")}`;
  });
  return [name, `  ${message}`, ...events].join("\n");
}

const listed = rules.flatMap(({ id, excuses = [] }) => excuses.map((one) => `${id}/${one.id}`));

describe("the excuses of a rule", () => {
  it("are listed by every rule", () => {
    expect(rules.filter(({ excuses }) => excuses === undefined).map(({ id }) => id)).toEqual([]);
  });

  it("are each abused once", () => {
    expect(Object.keys(abuses).toSorted()).toEqual(listed.toSorted());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it.each(Object.entries(abuses))("%s does not cover its abuse", (name, story) => {
    const rule = ruleById(name.split("/")[0] ?? "");
    const history = story().history();
    const { verdict, message } = rule.judge(history);
    // A precondition never fails: it is not met.
    const isUnmet = rule.precondition?.(history) === true;
    const expected = isUnmet ? "inconclusive" : "fail";
    expect({ verdict, message }).toMatchObject({ verdict: expected });
  });

  it("are reported with the events that show the abuse", () => {
    const findings = Object.entries(abuses)
      .toSorted(([a], [b]) => a.localeCompare(b, "en"))
      .map(([name, story]) => findingOf(name, story().history()));
    const text = `${findings.join("\n\n")}\n`;
    if (process.env["UPDATE_FINDINGS"] === "1") {
      if ((process.env["CI"] ?? "") !== "")
        throw new Error("UPDATE_FINDINGS in CI would compare the findings with themselves");
      writeFileSync(FINDINGS, text);
    }
    expect(text.split("\n\n")).toEqual(readFileSync(FINDINGS, "utf8").split("\n\n"));
  });

  it("count one thing in the singular, in what every rule says of each abuse", () => {
    const said = Object.values(abuses).flatMap((story) => {
      const history = story().history();
      return rules.map((rule) => rule.judge(history).message);
    });
    const plural =
      /\b(?:1|one) (?:[a-z]+ )?(?:answers|bursts|calls|documents|faults|polls|prompts|requests|screens|times|tokens)\b/i;
    expect(said.filter((message) => plural.test(message))).toEqual([]);
  });

  it("are sentences", () => {
    for (const { excuses = [] } of rules)
      for (const { id, says } of excuses) {
        expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(says).toMatch(/^[A-Z].*\.$/);
      }
  });
});
