/**
 * For each excuse of the rules on requests a run that is like it and has none: on waiting after
 * Retry-After, on retry storms, on routing hints, and on what the backup system covers.
 */
import { ada, ben, type Ask, type Reply } from "./run-builder-wire.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";

const throttled = { status: 429, retryAfter: 60 } as const;

/** A request that gets a Retry-After of a minute; then, half a minute later, comes `early`. */
function throttledThen(
  early: (run: RunBuilder) => void,
  { asks = {}, between }: { asks?: Ask & Reply; between?: (run: RunBuilder) => void } = {},
): RunBuilder {
  const run = buildRun();
  run.exchange({ ...throttled, ...asks });
  between?.(run);
  run.after(30_000);
  early(run);
  return run;
}

/** Fifteen requests in five minutes; `each` sends one. */
function fifteen(each: (run: RunBuilder, count: number) => void): RunBuilder {
  const run = buildRun();
  for (let count = 0; count < 15; count += 1) {
    if (count > 0) run.after(20_000);
    each(run, count);
  }
  return run;
}

const scopes = ["api://orders/read", "api://orders/write"] as const;
const inTab = (run: RunBuilder, ask: Ask & Reply = {}): void =>
  run.exchange({ ...ask, by: run.operation({ tab: "tab-1" }) });

const afterRetryAfter: Readonly<Record<string, () => RunBuilder>> = {
  "retry-after/rounding": () => {
    const run = buildRun();
    run.exchange(throttled);
    run.after(58_900);
    run.exchange();
    return run;
  },
  "retry-after/sent-before": () => {
    const run = buildRun();
    const request = run.request();
    run.exchange(throttled);
    run.exchange();
    request.answered();
    return run;
  },
  "retry-after/resent": () =>
    throttledThen((run) => {
      run.exchange({ resent: true, ...throttled });
      run.exchange();
    }),
  "retry-after/another-request": () =>
    throttledThen((run) => run.exchange({ scopes: [...scopes].toReversed() }), {
      asks: { scopes: [...scopes, "openid"] },
    }),
  "retry-after/another-process": () => {
    const run = buildRun({ sharedProcesses: { "app-2": "app-1" } });
    run.exchange({ client: "app-1", ...throttled });
    run.exchange({ client: "app-2" });
    return run;
  },
  "retry-after/another-tab": () => {
    const run = buildRun();
    inTab(run, throttled);
    run.tab("reloaded");
    inTab(run);
    return run;
  },
  "retry-after/nothing-asked": () => {
    const run = buildRun();
    run.exchange({ status: 500, retryAfter: run.httpDate(60) });
    run.exchange({ status: 400, retryAfter: "soon" });
    return run;
  },
  "retry-after/another-address": () => {
    const order = (id: number): Ask => ({
      endpoint: "resource",
      url: `https://orders.contoso.example/items/${id}`,
    });
    return throttledThen((run) => run.exchange(order(19)), {
      asks: order(17),
      between: (run) => run.exchange({ ...order(18), ...throttled }),
    });
  },
  "retry-after/own-wait-over": () => {
    const run = buildRun();
    const order = (id: number): Ask => ({
      endpoint: "resource",
      url: `https://orders.contoso.example/items/${id}`,
    });
    const [first, ...others] = [17, 18, 19].map((id) => run.request(order(id)));
    first?.answered({ status: 429, retryAfter: 5 });
    for (const other of others) other.answered(throttled);
    run.after(4_000);
    run.exchange(order(17));
    return run;
  },
  "retry-after/preflight": () =>
    throttledThen((run) => {
      run.exchange({ method: "OPTIONS", issued: "nothing" });
      run.exchange();
    }),
};

const inStorms: Readonly<Record<string, () => RunBuilder>> = {
  "retry-storm/within-limit": () =>
    fifteen((run, count) => {
      if (count === 7) run.restarted();
      run.exchange({ by: run.operation() });
    }),
  "retry-storm/another-request": () =>
    fifteen((run, count) => {
      const user = count % 2 === 0 ? ada : ada.toUpperCase();
      run.exchange({ by: run.operation({ user, tab: `tab-${count}` }) });
    }),
  "retry-storm/another-process": () => {
    const run = buildRun({ sharedProcesses: { "app-2": "app-1" } });
    for (let count = 0; count < 15; count += 1) {
      const client = count % 2 === 0 ? "app-1" : "app-2";
      run.exchange({ by: run.operation({ client }) });
    }
    return run;
  },
  "retry-storm/pending-poll": () => {
    const by = { flow: "device-code" } as const;
    return fifteen((run) =>
      run.exchange({ by: run.operation(by), status: 400, error: "expired_token" }),
    );
  },
  "retry-storm/resent": () =>
    fifteen((run) => {
      const by = run.operation();
      run.exchange({ by, networkFault: "ECONNRESET" });
      run.exchange({ by, resent: true });
    }),
  "retry-storm/form-of-person": () => {
    const by = { flow: "redirect", tab: "tab-1" } as const;
    return fifteen((run) => {
      const call = run.operation(by);
      run.exchange({ by: call, endpoint: "authorize" });
      run.exchange({ by: call, endpoint: "authorize", method: "POST" });
    });
  },
};

/** A run with one request of a call for Ada. */
function asks(ask: Ask & Reply): RunBuilder {
  const run = buildRun();
  run.exchange({ ...ask, by: run.operation(ask.flow === undefined ? {} : { flow: ask.flow }) });
  return run;
}

const toAda = `Oid:${ada.replace(".", "@")}`;
const toBen = `Oid:${ben.replace(".", "@")}`;
const toName = "UPN:ben@contoso.example";
const authorize = { flow: "redirect", endpoint: "authorize" } as const;

const toBackup: Readonly<Record<string, () => RunBuilder>> = {
  "routing-hint/not-a-refresh": () => asks({ flow: "authorization-code", hint: toBen }),
  "routing-hint/never-sent": () => asks({ hint: "", networkFault: "ECONNRESET" }),
  "routing-hint/unknown-user": () => {
    const run = buildRun();
    run.exchange({ flow: "silent", anonymous: true, hint: toBen, issued: { user: ada } });
    return run;
  },
  "routing-hint/unknown-name": () => {
    const run = asks({ hint: toName });
    const url = "https://login.microsoftonline.com/authorize?login_hint=ben%40contoso.example";
    run.exchange({ ...authorize, by: run.operation({ user: ben }), url });
    return run;
  },
  "routing-hint/spelling": () => asks({ hint: "", form: { "x-anchormailbox": `"${toAda}` } }),
  "supported-host/another-service": () => asks({ endpoint: "other", host: "login.windows.net" }),
  "supported-host/userinfo": () =>
    asks({ endpoint: "openid-configuration", host: "graph.microsoft.com" }),
  "supported-host/machine": () => asks({ endpoint: "token", host: "169.254.169.254" }),
  "supported-host/spelling": () => asks({ host: "LOGIN.microsoftonline.com.contoso.example:443" }),
  "supported-flow/code": () => asks({ flow: "authorization-code", grant: "password" }),
  "supported-flow/consent-while-healthy": () => {
    const run = buildRun();
    const ends = run.fault({ id: "down" });
    run.after(60_000);
    ends();
    run.exchange({ ...authorize, url: "https://login.microsoftonline.com/?prompt=consent" });
    return run;
  },
};

/** By rule and excuse. */
export const abusesOfRequests = { ...afterRetryAfter, ...inStorms, ...toBackup };
