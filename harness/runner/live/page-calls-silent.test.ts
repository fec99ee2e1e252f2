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
  it("are refresh requests, of whoever was the last to sign in or is named", async () => {
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

  it("are over a moment after they have failed, or when somebody asks", async () => {
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

  it("go on when the library asks again at once after no answer", async () => {
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

  it("do not when it was another tab, other scopes, or an error of the service's own", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    await app.refresh(tab2, page(503));
    await app.refresh(tab1, page(503), { scope: "other" });
    await app.refresh(tab1, json(503, { error: "temporarily_unavailable" }), { scope: "other" });
    expect(app.story().filter((line) => line.includes("silent"))).toHaveLength(3);
    await app.refresh(tab1, page(503), { scope: "other" });
    expect(app.story().filter((line) => line.includes("silent"))).toHaveLength(4);
  });

  it("go on in a hidden frame when the refresh token is refused", async () => {
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

  it("in a hidden frame from the start are single sign-on", async () => {
    const app = await signedIn();
    await app.authorize(frame, page(503));
    await app.passes(250);
    expect(app.story().slice(5)).toEqual([
      "2 sso-silent tab-1 by-requests",
      "> authorize 2",
      "2 fail http_503",
    ]);
  });

  it("carry a claims challenge, not the capabilities that every request names", async () => {
    const app = await signedIn();
    const claims = (value: object) => ({ claims: JSON.stringify({ access_token: value }) });
    await app.refresh(tab1, issued("two"), claims({ xms_cc: { values: ["CP1"] } }));
    await app.refresh(tab1, issued("three"), claims({ nbf: { value: "1" }, xms_cc: {} }));
    expect(app.story().filter((line) => line.includes("silent"))).toEqual([
      `2 silent tab-1 ${ADA} by-requests`,
      `3 silent tab-1 ${ADA} claims by-requests`,
    ]);
  });

  it("that their page gives up are over, and nobody knows how", async () => {
    const app = await signedIn();
    const gone = new AbortController();
    const request = app.post({ grant_type: "refresh_token" }, gone.signal);
    void app.send(tab1, request, "never");
    await app.passes(1);
    gone.abort();
    expect(app.story().at(-1)).toBe("2 unknown caller-timeout");
  });

  it("are over before another call of their tab begins, and when it is loaded anew", async () => {
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

  it("in a hidden frame are their own where no refresh token of their tab was refused", async () => {
    const app = await signedIn();
    await app.refresh(tab2, refused("invalid_grant"));
    await app.authorize(frame, page(503));
    await app.refresh(tab1, page(503));
    await app.authorize(frame, page(503));
    expect(app.story().filter((line) => line.includes("sso-silent"))).toHaveLength(2);
  });

  it("that go on wait for what follows, however long it takes", async () => {
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

  it("are not over because another tab begins one", async () => {
    const app = await signedIn();
    await app.refresh(tab1, page(503));
    void app.refresh(tab2, "never");
    await app.passes(1);
    expect(app.story().filter((line) => line.includes("fail"))).toEqual([]);
  });
});
