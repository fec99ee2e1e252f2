import { describe, expect, it } from "vitest";
import { NetworkFault } from "../../core/http/network-fault.ts";
import {
  ADA,
  back,
  frame,
  issued,
  json,
  page,
  popup,
  refused,
  signedIn,
  tab1,
  tab2,
} from "../../../test/support/session-page-calls.ts";

describe("silent calls", () => {
  it("are refresh requests, of the person who signed in last or is named", async () => {
    const app = await signedIn();
    await app.refresh(tab2, issued("two"));
    await app.refresh(tab2, issued("three"), { "X-AnchorMailbox": "Oid:BBBB@t1" });
    expect(app.story().slice(5)).toEqual([
      `2 silent tab-2 ${ADA} by-requests`,
      "> token 2",
      `2 ok ${ADA}`,
      "3 silent tab-2 bbbb.t1 by-requests",
      "> token 3",
      `3 ok ${ADA}`,
    ]);
  });

  it("end soon after they have failed, or when the history is read", async () => {
    const app = await signedIn();
    await app.refresh(tab1, json(503, { error: "temporarily_unavailable" }));
    await app.passes(249);
    expect(app.story()).toHaveLength(7);
    await app.passes(1);
    expect(app.story().at(-1)).toBe("2 fail temporarily_unavailable");
    await app.refresh(tab1, page(503));
    app.calls.settle();
    expect(app.story().at(-1)).toBe("3 fail http_503");
    await app.passes(1_000);
    expect(app.story()).toHaveLength(11);
  });

  it("continue when the library repeats a request without an answer at once", async () => {
    const app = await signedIn();
    await app.refresh(tab1, new NetworkFault("ECONNREFUSED", "login.microsoftonline.com"));
    await app.refresh(tab1, new NetworkFault("ECONNRESET", "login.microsoftonline.com"));
    await app.passes(100);
    await app.refresh(tab1, page(502));
    await app.passes(249);
    await app.refresh(tab1, issued("two"));
    expect(app.story().slice(5)).toEqual([
      `2 silent tab-1 ${ADA} by-requests`,
      "> token 2",
      "> token 2",
      "> token 2",
      "> token 2",
      `2 ok ${ADA}`,
    ]);
  });

  it("do not continue from another tab, with other scopes, or after an OAuth error", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    await app.refresh(tab2, page(503));
    await app.refresh(tab1, page(503), { scope: "other" });
    await app.refresh(tab1, json(503, { error: "temporarily_unavailable" }), { scope: "other" });
    expect(app.story().filter((line) => line.includes("silent"))).toHaveLength(3);
    await app.refresh(tab1, page(503), { scope: "other" });
    expect(app.story().filter((line) => line.includes("silent"))).toHaveLength(4);
  });

  it("continue in a hidden frame when the refresh token is refused", async () => {
    const app = await signedIn();
    await app.refresh(tab1, refused("invalid_grant"));
    await app.authorize(frame, back());
    await app.redeem(tab1, issued("two"));
    await app.refresh(tab1, refused("invalid_grant"));
    await app.authorize(frame, back("error=login_required"));
    await app.passes(250);
    expect(app.story().slice(5)).toEqual([
      `2 silent tab-1 ${ADA} by-requests`,
      "> token 2",
      "> authorize 2",
      "> token 2",
      `2 ok ${ADA}`,
      `3 silent tab-1 ${ADA} by-requests`,
      "> token 3",
      "> authorize 3",
      "3 fail login_required",
    ]);
  });

  it("that begin in a hidden frame are single sign-on", async () => {
    const app = await signedIn();
    await app.authorize(frame, page(503));
    await app.passes(250);
    expect(app.story().slice(5)).toEqual([
      "2 sso-silent tab-1 by-requests",
      "> authorize 2",
      "2 fail http_503",
    ]);
  });

  it("carry a claims challenge, but not the capabilities of every request", async () => {
    const app = await signedIn();
    const claims = (value: object) => ({ claims: JSON.stringify({ access_token: value }) });
    await app.refresh(tab1, issued("two"), claims({ xms_cc: { values: ["CP1"] } }));
    await app.refresh(tab1, issued("three"), claims({ nbf: { value: "1" }, xms_cc: {} }));
    expect(app.story().filter((line) => line.includes("silent"))).toEqual([
      `2 silent tab-1 ${ADA} by-requests`,
      `3 silent tab-1 ${ADA} claims by-requests`,
    ]);
  });

  it("that their page gives up end with an unknown outcome", async () => {
    const app = await signedIn();
    const gone = new AbortController();
    const request = app.post({ grant_type: "refresh_token" }, gone.signal);
    void app.send(tab1, request, "never");
    await app.passes(1);
    gone.abort();
    expect(app.story().at(-1)).toBe("2 unknown caller-timeout");
  });

  it("end before another call of their tab begins, and when the tab is reloaded", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    await app.authorize(popup, page());
    expect(app.story().slice(7)).toEqual([
      "2 fail http_503",
      "3 popup tab-1 by-requests",
      "> authorize 3",
    ]);
    await app.refresh(tab2, page(503));
    app.recorder.emit({ kind: "tab-changed", client: "mail", tab: "tab-2", change: "reloaded" });
    expect(app.story().at(-1)).toBe("4 fail http_503");
  });

  it("in a hidden frame are separate calls when no refresh token of their tab was refused", async () => {
    const app = await signedIn();
    await app.refresh(tab2, refused("invalid_grant"));
    await app.authorize(frame, page(503));
    await app.refresh(tab1, page(503));
    await app.authorize(frame, page(503));
    expect(app.story().filter((line) => line.includes("sso-silent"))).toHaveLength(2);
  });

  it("that continue wait for the next answer, for any time", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    await app.passes(100);
    void app.refresh(tab1, "never");
    await app.passes(10_000);
    app.calls.settle();
    expect(app.story().slice(5)).toEqual([
      `2 silent tab-1 ${ADA} by-requests`,
      "> token 2",
      "> token 2",
    ]);
  });

  it("do not end when another tab begins one", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    void app.refresh(tab2, "never");
    await app.passes(1);
    expect(app.story().filter((line) => line.includes("fail"))).toEqual([]);
  });
});
