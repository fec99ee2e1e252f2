import { describe, expect, it } from "vitest";
import { ada, ben, tenant, type Call } from "../../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { operationsOf } from "./exchanges.ts";
import { createLockoutCheck } from "./lockouts.ts";

/** Whether the last call of a run could succeed. */
function canSucceed(...steps: readonly ((run: RunBuilder) => void)[]): boolean | undefined {
  const run = buildRun();
  for (const step of steps) step(run);
  const history = run.history();
  const last = operationsOf(history).at(-1);
  return last && createLockoutCheck(history)(last);
}

const call =
  (made: Call = {}) =>
  (run: RunBuilder): void =>
    run.operation(made).fails();
const signIn =
  (made: Call = {}) =>
  (run: RunBuilder): void =>
    run.operation({ flow: "popup", ...made }).ok();
const disabled =
  (...users: readonly string[]) =>
  (run: RunBuilder): void =>
    run.changed("user-disabled", users.length === 0 ? undefined : users);

describe("a call of a user who was locked out", () => {
  it("cannot succeed, unlike those before, of others, and of no user", () => {
    expect(canSucceed(disabled(ada), call())).toBe(false);
    expect(canSucceed(disabled(ben, ada.toUpperCase()), call())).toBe(false);
    expect(canSucceed(call(), disabled(ada))).toBe(true);
    expect(canSucceed(disabled(ada), call({ user: ben }))).toBe(true);
    expect(canSucceed(disabled(ada), call({ flow: "client-credentials" }))).toBe(true);
    expect(canSucceed((run) => run.changed("keys-rotated"), call())).toBe(true);
  });

  it("cannot succeed when the change concerns everyone of the user's tenant", () => {
    expect(canSucceed(disabled(), call())).toBe(false);
    expect(canSucceed(disabled(), call({ user: "guest.another" }))).toBe(true);
    expect(canSucceed(disabled(), call({ user: "guest" }))).toBe(false);
    expect(canSucceed(disabled(), call({ user: "guest", tenant: "another" }))).toBe(true);
  });

  it("can succeed once the user has signed in again", () => {
    expect(canSucceed(disabled(ada), signIn(), call())).toBe(true);
    expect(canSucceed(signIn(), disabled(ada), call())).toBe(false);
    expect(canSucceed(disabled(ada), signIn({ user: ben }), call())).toBe(false);
    expect(canSucceed(disabled(ada), (run) => run.operation().ok(), call())).toBe(false);
    expect(canSucceed(disabled(ada), call({ flow: "popup" }), call())).toBe(false);
  });

  it("cannot succeed before the sign-in that lets the next one succeed", () => {
    const run = buildRun();
    disabled(ada)(run);
    call()(run);
    signIn()(run);
    const history = run.history();
    const could = operationsOf(history).map(createLockoutCheck(history));
    expect(could).toEqual([false, false]);
  });
});

describe("a call of an app whose secret was changed", () => {
  const rolled = (more: { app?: string }) => (run: RunBuilder) =>
    run.changed("secret-rolled", undefined, more);
  const daemon = { flow: "client-credentials", app: "daemon" } as const;

  it("cannot succeed, nor one of any app of the tenant when none is named", () => {
    expect(canSucceed(rolled({ app: "daemon" }), call(daemon))).toBe(false);
    expect(canSucceed(rolled({ app: "another" }), call(daemon))).toBe(true);
    expect(canSucceed(rolled({}), call({ ...daemon, tenant }))).toBe(false);
    expect(canSucceed(rolled({}), call({ ...daemon, tenant: "another" }))).toBe(true);
  });
});
