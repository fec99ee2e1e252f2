import { describe, expect, it } from "vitest";
import { createRequest } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { markResent } from "../../core/http/resent.ts";
import {
  ADA,
  back,
  fine,
  issued,
  LOGIN,
  open,
  page,
  popup,
  refused,
  signedIn,
  tab1,
  tab2,
} from "../../../test/support/session-page-calls.ts";

const SIGN_IN = [
  "1 popup tab-1 by-requests",
  "> authorize 1",
  "> authorize 1",
  "> token 1",
  `1 ok ${ADA}`,
];

describe("sign-ins", () => {
  it("in a popup are one call of its opener, from the window to the token", async () => {
    const app = await signedIn();
    expect(app.story()).toEqual(SIGN_IN);
    expect(app.operations.open.size).toBe(0);
  });

  it("are found by their window while they last", async () => {
    const app = open();
    expect(app.calls.signInAt("popup-1")).toBeUndefined();
    await app.authorize(popup, page());
    expect(app.calls.signInAt("popup-1")).toBe(1);
    expect(app.calls.signInAt("tab-1")).toBeUndefined();
    await app.authorize(popup, back());
    await app.redeem(tab1, issued("one"));
    expect(app.calls.signInAt("popup-1")).toBeUndefined();
  });

  it("by redirect are one call across the reload of the page", async () => {
    const app = open();
    await app.authorize(tab1, back());
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "tab-1", change: "reloaded" });
    await app.redeem(tab1, issued("one"));
    expect(app.story()).toEqual([
      "1 redirect tab-1 by-requests",
      "> authorize 1",
      "> token 1",
      `1 ok ${ADA}`,
    ]);
  });

  it("fail when their window closes without a code, not when it shows an error page", async () => {
    const app = open();
    await app.authorize(popup, page(503));
    await app.passes(60_000);
    expect(app.story()).toEqual(["1 popup tab-1 by-requests", "> authorize 1"]);
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "popup-1", change: "closed" });
    expect(app.story().at(-1)).toBe("1 fail no_answer");
    await app.authorize(tab1, page(503));
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "tab-1", change: "reloaded" });
    expect(app.story().at(-1)).toBe("2 fail no_answer");
  });

  it("fail when a code is not redeemed within seconds, or the token endpoint refuses it", async () => {
    const app = open();
    await app.authorize(popup, back());
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "popup-1", change: "closed" });
    await app.passes(4_999);
    expect(app.story()).toHaveLength(2);
    await app.passes(1);
    expect(app.story().at(-1)).toBe("1 fail no_answer");
    await app.authorize(popup, back());
    await app.redeem(tab1, refused("invalid_grant"));
    await app.passes(250);
    expect(app.story().at(-1)).toBe("2 fail invalid_grant");
  });

  it("that return with an error fail with it", async () => {
    const app = open();
    await app.authorize(popup, back("error=access_denied"));
    app.calls.settle();
    expect(app.story().at(-1)).toBe("1 fail access_denied");
  });

  it("of the implicit flow have no visible end", async () => {
    const app = open();
    await app.authorize(popup, back("id_token=x"), "response_type=id_token");
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "popup-1", change: "closed" });
    await app.passes(10_000);
    expect(app.story()).toEqual(["1 popup tab-1 by-requests", "> authorize 1"]);
    expect(app.operations.open).toEqual(new Set([1]));
  });

  it("of two windows at once redeem the last code first, each its own", async () => {
    const app = open();
    await app.authorize(popup, page());
    await app.authorize({ ...tab2, window: "popup-2" }, back());
    await app.redeem(tab2, issued("two"));
    await app.authorize(popup, back());
    await app.redeem(tab1, issued("one"));
    expect(app.story().filter((line) => / ok|> token/.test(line))).toEqual([
      "> token 2",
      `2 ok ${ADA}`,
      "> token 1",
      `1 ok ${ADA}`,
    ]);
  });

  it("end at once when their window closes at a sign-in page, but not when it is reported late", async () => {
    const app = open();
    await app.authorize(popup, page());
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "popup-1", change: "opened" });
    expect(app.story()).toHaveLength(2);
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "popup-1", change: "closed" });
    expect(app.story().at(-1)).toBe("1 fail no_answer");
  });

  it("fail when the token endpoint is unhealthy", async () => {
    const app = open();
    await app.authorize(popup, back());
    await app.redeem(tab1, page(503));
    await app.passes(250);
    expect(app.story().at(-1)).toBe("1 fail http_503");
  });

  it("of one tab redeem their own codes, the last first", async () => {
    const app = open();
    await app.authorize({ ...tab2, window: "popup-3" }, back());
    await app.authorize(popup, page());
    await app.redeem(tab1, issued("one"));
    await app.authorize(popup, back());
    await app.authorize({ ...popup, window: "popup-2" }, back());
    await app.redeem(tab1, issued("two"));
    expect(app.story().filter((line) => line.includes(" ok"))).toEqual([
      `2 ok ${ADA}`,
      `4 ok ${ADA}`,
    ]);
  });
});

describe("tokens shown to an API", () => {
  it("came from the cache, unless a call of that tab has just got them", async () => {
    const app = await signedIn();
    await app.use(tab1, "one");
    expect(app.story().slice(5)).toEqual(["> resource -"]);
    await app.use(tab1, "one");
    await app.use(tab2, "one");
    expect(app.story().slice(6)).toEqual([
      `2 silent tab-1 ${ADA} by-requests`,
      `2 ok ${ADA} from cache`,
      "> resource -",
      `3 silent tab-2 ${ADA} by-requests`,
      `3 ok ${ADA} from cache`,
      "> resource -",
    ]);
  });

  it("that another tab got came from the cache", async () => {
    const app = await signedIn();
    await app.use(tab2, "one");
    expect(app.story().slice(5)).toEqual([
      `2 silent tab-2 ${ADA} by-requests`,
      `2 ok ${ADA} from cache`,
      "> resource -",
    ]);
  });

  it("that the service has not issued are ignored", async () => {
    const app = await signedIn();
    await app.use(tab1, "foreign");
    expect(app.story().slice(5)).toEqual(["> resource -"]);
  });
});

describe("requests that belong to no call", () => {
  it("come from no page, are preflights, or have another purpose", async () => {
    const app = await signedIn();
    await app.refresh(undefined, issued("two"));
    await app.send(tab1, createRequest(`${LOGIN}/authorize`, { method: "OPTIONS" }), fine());
    await app.send(tab1, app.post({ grant_type: "client_credentials" }), issued("two"));
    await app.send(tab1, createRequest(`${LOGIN}/logout`), fine());
    await app.redeem(tab2, issued("two"));
    expect(app.story().slice(5)).toEqual([
      "> token -",
      "> authorize -",
      "> token -",
      "> logout -",
      "> token -",
    ]);
  });

  it("change nothing after the run has ended", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    app.operations.open.clear();
    await app.passes(1_000);
    expect(app.story().at(-1)).toBe("> token 2");
  });

  it("share the cause of their connection, also when the browser sends them again", async () => {
    const app = await signedIn();
    const request = app.post({ grant_type: "refresh_token" });
    markResent(request);
    await app.send(tab1, request, new NetworkFault("ECONNREFUSED", "login.microsoftonline.com"));
    expect(app.recorder.events.at(-2)).toMatchObject({ resent: true, operation: 2 });
  });
});
