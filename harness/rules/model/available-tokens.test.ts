/** What a client has when it calls or prompts, after what happened before. */
import { describe, expect, it } from "vitest";
import { type Ask, ada, ben } from "../../../test/support/run-builder-wire.ts";
import type { RunBuilder } from "../../../test/support/run-builder.ts";
import {
  call,
  calendar,
  daemon,
  daily,
  failing,
  heldAfter,
  issued,
  namesAfter,
  refused,
  type Step,
} from "../../../test/support/held-tokens.ts";

const both = ["token", "refresh token", "request 1"];

describe("a client has for a call", () => {
  it("what calls for the same user, app, tenant and scopes were issued, and any refresh token of the user", () => {
    expect(namesAfter(call())).toEqual([]);
    expect(namesAfter(issued(), call())).toEqual(both);
    expect(namesAfter(issued(), call(calendar))).toEqual(["refresh token"]);
    expect(namesAfter(issued(), call({ app: "another" }))).toEqual(["refresh token"]);
    for (const other of [{ user: ben }, { client: "app-2" }, daemon])
      expect(namesAfter(issued(), call(other))).toEqual([]);
  });

  it("the token that a call returned, if the history says how long it lives", () => {
    const returned =
      (expiresAt?: number): Step =>
      (run) => {
        const token = run.token();
        run.operation().ok({ token: { ...token, expiresAt: expiresAt ?? token.expiresAt } });
      };
    expect(namesAfter(returned(), call())).toEqual(["token"]);
    expect(namesAfter(returned(8.64e15), call())).toEqual(["token"]);
    expect(namesAfter(returned(8.64e15 + 1), call())).toEqual([]);
  });

  it("the newest token that was issued, and a returned one only in place of one that has expired", () => {
    const returnedAt = (clock: string) => {
      const other: Step = (run) => {
        run.at(clock);
        run.operation().ok({ token: run.token({ expiresIn: daily }) });
      };
      return heldAfter(issued({}, { expiresIn: 3_600 }), other, call()).token?.index;
    };
    expect(returnedAt("00:59:59")).toBe(2);
    expect(returnedAt("01:00:00")).toBe(5);
    const same: Step = (run) => {
      run.at("02:00:00");
      run.operation().ok();
    };
    expect(heldAfter(issued({}, { expiresIn: 3_600 }), same, call()).token?.index).toBe(2);
    expect(heldAfter(issued(), issued(), call()).token?.index).toBe(6);
  });

  it("the latest request to the sign-in service for it, of this process", () => {
    expect(namesAfter(failing({ status: 503 }), call())).toEqual(["request 1"]);
    const keys: Step = failing({ endpoint: "keys", status: 503 });
    expect(namesAfter(failing({ status: 503 }), keys, call())).toEqual(["request 2"]);
    expect(namesAfter(failing({ endpoint: "resource", status: 503 }), call())).toEqual([]);
    for (const restarts of [
      (run: RunBuilder) => run.restarted("app-1", "cache"),
      (run: RunBuilder) => run.browserRestarted(),
    ])
      expect(namesAfter(failing({ status: 503 }), restarts, call())).not.toContain("request 1");
  });
});

describe("a client has no longer", () => {
  const restarts =
    (persisted: "cache" | "nothing"): Step =>
    (run) =>
      run.restarted("app-1", persisted);

  it("what it did not save before a restart", () => {
    expect(namesAfter(issued(), restarts("nothing"), call())).toEqual([
      "lost: token, refreshToken",
      "restarted",
    ]);
    expect(namesAfter(issued(), restarts("cache"), call())).toEqual([
      "token",
      "refresh token",
      "restarted",
    ]);
    expect(namesAfter(issued(), restarts("nothing"), issued(), call())).toEqual([
      "token",
      "refresh token",
      "request 2",
    ]);
  });

  it("what a process was issued or returned after it had ended", () => {
    const late: Step = (run) => {
      const one = run.operation();
      const request = run.request({ by: one });
      run.restarted("app-1", "cache");
      request.answered({ issued: { token: run.token(), refreshToken: "rt-1" } });
      one.ok();
    };
    expect(namesAfter(late, call())).toEqual(["restarted"]);
  });

  it("a token that an API has rejected as revoked, also when a call returns it again", () => {
    const rejected =
      (verdict: "revoked" | "expired"): Step =>
      (run) => {
        const token = run.token();
        const [one, other] = [run.operation(calendar), run.operation()];
        run.exchange({ by: one });
        one.ok();
        other.ok({ token });
        run.presented(token, verdict);
        run.operation().ok({ token });
      };
    expect(namesAfter(rejected("revoked"), call())).toEqual([]);
    expect(namesAfter(rejected("expired"), call())).toEqual(["token"]);
    expect(namesAfter(rejected("revoked"), call(calendar))).toEqual(["token", "request 1"]);
  });

  it("what belongs to users whose sessions were revoked", () => {
    const revoked =
      (...users: readonly string[]): Step =>
      (run) =>
        run.changed("sessions-revoked", users.length === 0 ? undefined : users);
    expect(namesAfter(issued(), revoked(ada), call())).toEqual(["request 1"]);
    expect(namesAfter(issued(), revoked(ben, ada), call())).toEqual(["request 1"]);
    expect(namesAfter(issued(), revoked(ben), call())).toEqual(both);
    expect(namesAfter(issued(), revoked(), call())).toEqual(["request 1"]);
    expect(namesAfter(issued(daemon), revoked(), call(daemon))).toEqual(["token", "request 1"]);
    const rotated: Step = (run) => run.changed("keys-rotated");
    expect(namesAfter(issued(), rotated, call())).toEqual(both);
  });

  it("anything after it sent its user to the sign-out page", () => {
    const out: Step = (run) => run.exchange({ endpoint: "logout" });
    expect(namesAfter(issued(), out, call())).toEqual(["request 1"]);
  });

  it("only what is that user's, where the service knows who signs out of a server", () => {
    const out =
      (who: Pick<Ask, "subject">): Step =>
      (run) =>
        run.exchange({ endpoint: "logout", ...who });
    const ofBen = issued({ user: ben });
    expect(namesAfter(issued(), ofBen, out({ subject: ben }), call())).toEqual(both);
    expect(namesAfter(issued(), ofBen, out({ subject: ada }), call())).toEqual(["request 1"]);
    // Of whom the client has nothing, it is not known what the sign-out is about.
    expect(namesAfter(issued(), out({ subject: ben }), call())).toEqual(["request 1"]);
    const page: Step = (run) => run.tab("opened");
    expect(namesAfter(page, issued(), ofBen, out({ subject: ben }), call())).toEqual(["request 1"]);
  });

  it("a refresh token that the service refused for want of a sign-in", () => {
    const names = ["token", "request 2"];
    expect(namesAfter(issued(), refused([50_173]), call())).toEqual(names);
    expect(namesAfter(issued(), refused([1]), call())).toEqual([
      "token",
      "refresh token",
      "request 2",
    ]);
    const other = refused([50_173], { grant: "authorization_code" });
    expect(namesAfter(issued(), other, call())).toEqual(["token", "refresh token", "request 2"]);
  });
});

describe("what a prompt could have done without", () => {
  const prompt =
    (user?: string): Step =>
    (run) =>
      run.prompt(user === undefined ? {} : { user });

  it("is any token of the user that it names, and of no one when it names none", () => {
    expect(namesAfter(issued(calendar), prompt(ada))).toEqual(both);
    expect(namesAfter(issued(calendar), prompt(ben))).toEqual([]);
    expect(namesAfter(issued(calendar), prompt())).toEqual([]);
  });

  it("says that the client was restarted, until a call for the user succeeds", () => {
    const restarts: Step = (run) => run.restarted("app-1", "cache");
    expect(namesAfter(issued(), restarts, prompt(ada))).toContain("restarted");
    const served: Step = (run) => run.operation().ok();
    expect(namesAfter(issued(), restarts, served, prompt(ada))).not.toContain("restarted");
  });
});

describe("a client that cannot read its store after a restart", () => {
  const restarts: Step = (run) => run.restarted("app-1", "cache");
  const unread: Step = (run) => run.cannotRead(run.operation());

  it("has only what it received since", () => {
    expect(namesAfter(issued(), restarts, unread)).toEqual(["restarted"]);
    expect(namesAfter(issued(), unread)).toEqual(both);
    const received: Step = (run) => {
      const one = run.operation();
      run.exchange({ by: one, issued: { token: run.token(), refreshToken: "rt-2" } });
      one.fails();
    };
    expect(namesAfter(issued(), restarts, received, unread)).toEqual([
      "token",
      "refresh token",
      "request 2",
      "restarted",
    ]);
  });
});

it("nothing is known of a call of own code whose token is not known", () => {
  const own = { flow: "custom", app: "load" } as const;
  const asks = (scope: string): Step => issued({ ...own, scopes: [scope] });
  expect(
    namesAfter(asks("api://a"), asks("api://b"), call({ ...own, scopes: ["api://a"] })),
  ).toEqual([]);
});
