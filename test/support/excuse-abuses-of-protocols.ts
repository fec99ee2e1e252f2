/**
 * For each excuse of the rules on tokens, metadata and protocols a history that is like it and must
 * fail all the same: mostly the excused event, and beside it one that the excuse does not cover.
 */
import { buildRun, type RunBuilder } from "./run-builder.ts";
import { ada, ben } from "./run-builder-wire.ts";

/** A call that gets a token with these lifetimes. */
function served(run: RunBuilder, lifetimes = {}, call = {}) {
  const one = run.operation(call);
  const token = run.token(lifetimes);
  run.exchange({ by: one, issued: { token } });
  one.ok();
  return token;
}

const configuration = { endpoint: "openid-configuration" } as const;
const keys = { endpoint: "keys" } as const;

/** A call that asks for metadata, gets none, and fails. */
function failsWithoutMetadata(run: RunBuilder, call = {}, status = 503): void {
  const one = run.operation(call);
  run.exchange({ by: one, ...configuration, status });
  one.fails({ code: "endpoints_resolution_error" });
}

const capabilities = { access_token: { xms_cc: { values: ["cp1"] } } };
const withoutChallenge = { form: { claims: JSON.stringify(capabilities) } };
const withChallenge = {
  form: { claims: JSON.stringify({ access_token: { nbf: { essential: true, value: "1" } } }) },
};

/** An API has rejected Ada's token of a day, and `then` happens. */
function challenged(then: (run: RunBuilder) => void): RunBuilder {
  const run = buildRun();
  const token = served(run, { expiresIn: 86_400 });
  run.at("01:00:00");
  run.presented(token, "revoked");
  then(run);
  return run;
}

/** The rules on what is in a token and how long it lives. */
const abusesOfTokenRules: Readonly<Record<string, () => RunBuilder>> = {
  "token-expiry/extended-lifetime": () => {
    const run = buildRun();
    served(run, { extExpiresIn: 86_400 });
    run.at("02:00:00");
    run.fault({ id: "partial", chance: 0.5 });
    run.operation().ok();
    return run;
  },
  "token-expiry/clock-leeway": () => {
    const run = buildRun();
    const token = served(run);
    run.at("01:05:00");
    run.presented(token);
    run.at("01:05:01");
    run.presented(token);
    return run;
  },
  "token-expiry/rejected-later": () => {
    const run = buildRun();
    const token = served(run, { expiresIn: 7_200 });
    run.at("01:00:00");
    run.presented(token, "expired");
    run.operation().ok();
    run.presented(token, "expired");
    return run;
  },
  "token-expiry/never-handed-out": () => {
    const run = buildRun();
    run.presented(run.token(), "expired");
    const token = served(run);
    run.presented(token, "not-yet-valid");
    return run;
  },
};

/** A process reads documents again, or does without them. */
const abusesOfMetadata: Readonly<Record<string, () => RunBuilder>> = {
  "metadata/keys-rotated": () => {
    const run = buildRun();
    run.exchange(configuration);
    run.exchange(keys);
    run.changed("keys-rotated");
    run.exchange(keys);
    run.exchange(configuration);
    return run;
  },
  "metadata/unknown-key": () => {
    const run = buildRun();
    for (let call = 0; call < 2; call += 1) {
      const refused = run.operation({ flow: "custom" });
      run.exchange({ ...keys, by: refused });
      refused.fails();
      run.after(10_000);
    }
    return run;
  },
  "metadata/failed-read": () => {
    const run = buildRun();
    for (const status of [503, 200, 200]) run.exchange({ ...configuration, status });
    return run;
  },
  "metadata/shared-failure": () => {
    const run = buildRun();
    const reads = [run.request(configuration), run.request(configuration)];
    const third = run.request(configuration);
    reads[0]?.answered({ status: 503 });
    reads[1]?.answered();
    third.answered();
    return run;
  },
  "metadata/rounding": () => {
    const run = buildRun();
    run.exchange(configuration);
    run.at("23:59:58");
    run.exchange(configuration);
    return run;
  },
  "metadata/another-document": () => {
    const run = buildRun();
    const discovery = { endpoint: "instance-discovery" } as const;
    const url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1";
    run.exchange({ ...discovery, url: `${url}&x-client-SKU=a` });
    run.exchange({ ...discovery, url: `${url}&client-request-id=b` });
    return run;
  },
  "metadata/another-process": () => {
    const run = buildRun();
    run.exchange(configuration);
    run.restarted();
    for (let time = 0; time < 2; time += 1) run.exchange(configuration);
    return run;
  },
  "metadata/no-token-before": () => {
    const run = buildRun();
    failsWithoutMetadata(run);
    served(run);
    failsWithoutMetadata(run, { tenant: "another" });
    failsWithoutMetadata(run);
    return run;
  },
  "metadata/token-requested": () => {
    const run = buildRun();
    served(run);
    const call = run.operation();
    run.exchange({ by: call, ...configuration, status: 503 });
    run.exchange({ by: call, status: 503 });
    call.fails();
    failsWithoutMetadata(run);
    return run;
  },
  "metadata/refused-document": () => {
    const run = buildRun();
    served(run);
    for (const status of [400, 404]) failsWithoutMetadata(run, {}, status);
    return run;
  },
};

/** What comes after an API has rejected a revoked token. */
const abusesOfClaimsChallenge: Readonly<Record<string, () => RunBuilder>> = {
  "claims-challenge/another-token": () =>
    challenged((run) => {
      run.operation({ user: ben }).ok({ token: run.token() });
      run.operation({ anyone: true }).fails();
    }),
  "claims-challenge/never-handed-out": () => {
    const run = buildRun();
    const token = run.token();
    for (let time = 0; time < 2; time += 1) run.presented(token, "revoked");
    return run;
  },
  "claims-challenge/shown-at-once": () =>
    challenged((run) => {
      const token = served(run, { expiresIn: 86_400 });
      for (let time = 0; time < 2; time += 1)
        run.shows(run.operation(), token, { verdict: "revoked" });
    }),
  "claims-challenge/own-code": () => {
    const run = buildRun();
    const own = { flow: "custom", client: "shop", app: "load" } as const;
    const token = served(run, {}, own);
    run.presented(token, "revoked", "shop");
    served(run, {}, own);
    return run;
  },
  "claims-challenge/connection-failed": () =>
    challenged((run) => {
      const call = run.operation({ claims: true });
      run.exchange({ by: call, sent: "connection", networkFault: "ECONNREFUSED" });
      run.exchange({ by: call, ...withoutChallenge });
      call.ok();
    }),
  "claims-challenge/one-of-several": () =>
    challenged((run) => {
      const call = run.operation({ claims: true });
      run.exchange({ by: call, ...withoutChallenge, status: 503 });
      run.exchange({ by: call, ...withoutChallenge });
      call.ok();
      run.exchange(withChallenge);
    }),
  "claims-challenge/unreadable-claims": () =>
    challenged((run) => {
      const call = run.operation({ claims: true });
      run.exchange({ by: call, form: { claims: "{}" } });
      call.ok();
    }),
};

/** Ada's page of orders. */
const order = {
  endpoint: "resource",
  host: "api.contoso.example",
  url: "https://api.contoso.example/orders?page=1",
  issued: "nothing",
} as const;

/** Rounds of requests, each as soon as the one before has ended. */
function rounds(count: number, round: (run: RunBuilder, number: number) => void): RunBuilder {
  const run = buildRun();
  for (let number = 0; number < count; number += 1) round(run, number);
  return run;
}

/** A tab goes to Entra fifteen times; `between` happens after each. */
function navigations(ask: object, between: (run: RunBuilder) => void): RunBuilder {
  return rounds(15, (run) => {
    run.exchange({ by: run.operation({ flow: "redirect", tab: "tab-1" }), ...authorize, ...ask });
    between(run);
    run.after(5_000);
  });
}

const authorize = { endpoint: "authorize", status: 302, issued: "nothing" } as const;

/** What goes round in circles. */
const abusesOfRequestLoop: Readonly<Record<string, () => RunBuilder>> = {
  "request-loop/together": () =>
    rounds(50, (run) => {
      for (const request of [run.request(), run.request()]) request.answered({ status: 503 });
    }),
  "request-loop/other-requests": () =>
    rounds(50, (run, number) => {
      run.exchange({ user: number % 2 === 0 ? ada : ben, flow: "silent", status: 503 });
      run.exchange({ endpoint: "keys", status: 503 });
    }),
  "request-loop/pause": () =>
    rounds(50, (run) => {
      run.exchange({ status: 503 });
      run.after(50);
    }),
  "request-loop/list": () =>
    rounds(50, (run, page) => {
      const url = `https://api.contoso.example/orders?page=${page}`;
      run.exchange({ ...order, url, status: 401 });
    }),
  "request-loop/call-by-call": () => {
    const run = buildRun();
    const call = run.operation({ flow: "custom" });
    for (let round = 0; round < 50; round += 1) {
      run.exchange({ ...order, by: run.operation({ flow: "custom" }), status: 503 });
      run.exchange({ ...order, by: call, status: 503 });
    }
    return run;
  },
  "request-loop/resent": () =>
    rounds(50, (run) => {
      run.exchange({ status: 503 });
      run.exchange({ status: 503, resent: true });
    }),
  "request-loop/preflight": () =>
    rounds(50, (run) => {
      run.exchange({ status: 503, method: "OPTIONS" });
      run.exchange({ status: 503 });
    }),
  "request-loop/form-of-person": () =>
    navigations({}, (run) => {
      run.exchange({ ...authorize, method: "POST", form: {} });
    }),
  "request-loop/web-app": () =>
    navigations({}, (run) => {
      run.exchange({ by: run.operation({ flow: "authorization-code" }), ...authorize });
    }),
  "request-loop/fault-in-its-place": () => {
    const loops = { error: "invalid_grant", codes: [50196] } as const;
    const run = buildRun();
    run.exchange({ status: 400, error: loops, faults: ["throttled"] });
    run.exchange({ status: 400, error: loops });
    return run;
  },
};

/** By rule and excuse. */
export const abusesOfProtocols: Readonly<Record<string, () => RunBuilder>> = {
  ...abusesOfTokenRules,
  ...abusesOfMetadata,
  ...abusesOfClaimsChallenge,
  ...abusesOfRequestLoop,
};
