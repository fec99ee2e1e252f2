/**
 * Rules that only an application in a browser can break, since the reference clients have no tab,
 * page or user. Each names the defect of the careless example application that breaks it.
 * `examples/page/careless.spec.ts` runs them: with the defect the rule fails, with evidence, and
 * without it the rule passes. `faulty-clients.test.ts` asserts that every rule of the library is
 * either here or has a faulty reference client.
 */
export const faultyPageApps = {
  screen:
    "shows a spinner until a call ends that never ends, and an error page although its token is valid",
  reload: "keeps its tokens in memory, and asks the user to sign in after a reload",
  "uncaught-error": "catches nothing of what its token calls throw",
  tabs: "keeps its tokens and its throttle in one tab, and asks for a sign-in in the second",
} as const satisfies Readonly<Record<string, string>>;
