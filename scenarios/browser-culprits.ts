/**
 * Rules that only an application in a browser can break: no bare client of this process has
 * a tab, a page or a person in front of it. Each names the vice of the careless application
 * that breaks it. `examples/page/careless.spec.ts` plays them: with the vice the rule fails,
 * with evidence, and the same application without it passes. `faultyClients.test.ts` holds that
 * every rule of the library is either here or has a bare client of its own.
 */
export const faultyPageApps = {
  screen:
    "shows a spinner until a call ends that never does, and an error page although its token is valid",
  reload: "keeps its tokens in memory, and asks the person to sign in after a reload",
  tabs: "keeps its tokens and its throttle to one tab, and asks for a sign-in in the second",
} as const satisfies Readonly<Record<string, string>>;
