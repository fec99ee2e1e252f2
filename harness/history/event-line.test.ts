import { expect, it } from "vitest";
import { historyOf, throttledDaemon } from "../../test/support/history.ts";
import { evidenceLines, timelineOf } from "./event-line.ts";

it("prints what a client was asked for, and only that it ran for an application's own code", () => {
  expect(evidenceLines(throttledDaemon(), [1])).toEqual([
    "+0s          nightly-daemon-1 asks: client-credentials for https://graph.microsoft.com/.default (operation 1)",
  ]);
  const invoked = {
    afterMs: 21_600_000 + 30_000,
    kind: "operation-invoked",
    operation: 11,
    client: "my-app",
    flow: "custom",
    app: "my-app",
    tenant: "",
    scopes: [],
  } as const;
  expect(evidenceLines(historyOf([invoked]), [0])).toEqual([
    "+6h 0m 30s   my-app's own code runs (operation 11)",
  ]);
  const named = { ...invoked, app: "load orders" };
  expect(timelineOf(historyOf([{ ...named, afterMs: 0 }, named]))).toEqual([
    '+0s          my-app runs "load orders" (operation 11)',
    '+6h 0m 30s   my-app runs "load orders" (operation 11)',
  ]);
});

it("prints the tab of a call, what its user saw, and what the browser did by itself", () => {
  const base = { afterMs: 0, client: "spa-1" } as const;
  const history = historyOf([
    {
      ...base,
      kind: "operation-invoked",
      operation: 1,
      flow: "sso-silent",
      app: "spa",
      tenant: "contoso",
      scopes: ["User.Read"],
      tab: "tab-2",
    },
    {
      ...base,
      kind: "exchange-began",
      exchange: 1,
      method: "POST",
      url: "https://login.microsoftonline.com/contoso/oauth2/v2.0/token",
      host: "login.microsoftonline.com",
      endpoint: "token",
      headers: [],
      resent: true,
    },
    { ...base, kind: "screen-seen", tab: "tab-2", shows: "spinner", text: "Signing in" },
    { ...base, kind: "tab-changed", tab: "tab-2", change: "reloaded" },
    { ...base, kind: "client-restarted", persisted: "nothing", browser: true },
  ]);
  expect(evidenceLines(history, [0, 1, 2, 3, 4]).map((line) => line.slice(13))).toEqual([
    "tab-2 of spa-1 asks: sso-silent for User.Read (operation 1)",
    "POST token at login.microsoftonline.com, sent again by the browser (exchange 1)",
    "the person at tab-2 of spa-1 sees a spinner: Signing in",
    "tab-2 of spa-1 is reloaded",
    "the browser of spa-1 restarts without a saved cache",
  ]);
});
