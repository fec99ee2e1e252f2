/**
 * Verdicts that were wrong once, by the rows of the report in which they were collected (T: time,
 * V: verdicts, X: what plans and worlds could not say, S: safety of the command), and the tests
 * that each would fail today. A row is one instance of a kind; the tests of the kind are beside
 * those named here.
 */

export interface WrongVerdict {
  /** The letter and number of the row; empty for an app of others that was judged wrongly. */
  readonly row: string;
  /** What was tried. */
  readonly says: string;
  /** File and title of each test. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

/** The rows of T and V. */
export const wrongVerdicts: readonly WrongVerdict[] = [
  {
    row: "T1",
    says: "a time-out of node:http sockets while the answer is late or never comes",
    tests: [
      ["test/foreign-apps/axios-time-out.test.ts", "ends the call after 3.5 s when the answer %s"],
      [
        "test/waits.test.ts",
        "stands still for the machine, and ends time-outs when they are due, under the mount %s",
      ],
    ],
  },
  {
    row: "T2",
    says: "a client of node:http, which has no time-out of its own, that hangs",
    tests: [
      [
        "test/waits.test.ts",
        "ends no request of node:https that has no time-out, under the mount %s",
      ],
      [
        "test/matrix-mounts.walk.test.ts",
        "say the same of every major by every rule, and name the same kinds of failure",
      ],
    ],
  },
  {
    row: "T3",
    says: "a child process, the thread pool or a database in another process, inside of a call",
    tests: [
      [
        "test/foreign-apps/database-on-localhost.test.ts",
        "time stands while an app asks its database, and its own timers do not fire",
      ],
      [
        "test/foreign-apps/azure-command-line.test.ts",
        "comes to the command line, and time stands while that runs",
      ],
      [
        "test/waits.test.ts",
        "stands still for the machine, and ends time-outs when they are due, under the mount %s",
      ],
    ],
  },
  {
    row: "T4",
    says: "a page that redirects to Entra and back without end",
    tests: [
      [
        "harness/integrations/playwright/redirect-loop.spec.ts",
        "a redirect loop lets a wait end, and is named by its addresses",
      ],
    ],
  },
  {
    row: "T4b",
    says: "the same loop, which Entra ends with AADSTS50196",
    tests: [
      [
        "harness/integrations/playwright/redirect-loop.spec.ts",
        "a redirect loop that Entra ends is a finding",
      ],
      [
        "harness/rules/request-loop.test.ts",
        "fails when Entra says that it ends a loop, with the addresses that it went round",
      ],
    ],
  },
  {
    row: "T5",
    says: "a child process, a worker thread, a datagram or a look-up that would leave the machine",
    tests: [
      ["harness/network/outgoing/children.test.ts", "a child process of Node's that asks Entra"],
      ["harness/network/outgoing/children.test.ts", "a worker thread that asks Entra"],
      ["harness/network/outgoing/outgoing.test.ts", "a datagram"],
      ["harness/network/outgoing/outgoing.test.ts", "a look-up"],
    ],
  },
  {
    row: "V1",
    says: "an app that answers 500 for ever, through clients that do not throw",
    tests: [
      [
        "test/foreign-apps/express-answers-500.test.ts",
        "has not recovered while it goes on, though no call throws",
      ],
      ["harness/integrations/web-app.test.ts", "has not recovered while it goes on answering 500"],
    ],
  },
  {
    row: "V2",
    says: "a call that never ends, or joins a request that hangs",
    tests: [
      [
        "harness/integrations/web-app.test.ts",
        "rejects its operation, and is judged although the test goes on",
      ],
      [
        "harness/integrations/web-app.test.ts",
        "is judged in the middle, too, when it joins a request that hangs",
      ],
      [
        "harness/rules/call-duration.test.ts",
        "has not recovered: after the outage, or since before it ended",
      ],
    ],
  },
  {
    row: "V3",
    says: "a client that needs a person while it holds a valid token",
    tests: [
      ["harness/rules/cached-token.test.ts", "fails, as the client's own failure"],
      [
        "harness/rules/cached-token.test.ts",
        "fails availability when it holds a refresh token and the service is there",
      ],
      [
        "harness/rules/cached-token.test.ts",
        "is not to be answered by a prompt, and a prompt after it has the outage as its cause",
      ],
    ],
  },
  {
    row: "V4",
    says: "a fault that no request met",
    tests: [
      [
        "harness/runner/unmet-faults.test.ts",
        "is named, and the run inconclusive: metadata, of which MSAL has a copy",
      ],
      ["harness/rules/fault-met.test.ts", "is inconclusive for a fault that was %s: %o"],
    ],
  },
  {
    row: "V5",
    says: "calls of own code and of managed identities that ask at once",
    tests: [
      [
        "harness/rules/single-flight.test.ts",
        "fails for three calls at once with one refresh token, under any names",
      ],
      [
        "harness/rules/single-flight.test.ts",
        "fails for two calls of one managed identity, also through a client",
      ],
    ],
  },
  {
    row: "V6",
    says: "an app that asks the global endpoint at once after a dead regional one",
    tests: [
      [
        "harness/rules/backoff.test.ts",
        "is no retry: a client asks the global service right after that of its region has failed",
      ],
      ["harness/clients/regional.test.ts", "a daemon that uses the token endpoint of its region"],
    ],
  },
  {
    row: "V7",
    says: "an API of one's own that keeps its keys for ever",
    tests: [
      ["test/foreign-apps/express-keeps-keys.test.ts", "an API %s"],
      ["harness/runner/own-api-keys.test.ts", "fails when it %s"],
    ],
  },
  {
    row: "V8",
    says: "adapters that help a client, or break it as only other versions break",
    tests: [
      [
        "harness/clients/msal-node/msal-node-network.test.ts",
        "fails for %s as the version's own does",
      ],
      [
        "harness/clients/clients.test.ts",
        "is not helped to read a saved cache: its account comes from the session",
      ],
      [
        "test/matrix-mounts.walk.test.ts",
        "say the same of every major by every rule, and name the same kinds of failure",
      ],
    ],
  },
  {
    row: "V9",
    says: "a finding that depends on a guess",
    tests: [
      [
        "harness/cli/control/play-controls.test.ts",
        "name the guess on which a finding depends, and the value at which it flips",
      ],
      [
        "harness/cli/control/find-dependencies.test.ts",
        "depends on a setting whose other value makes the rule pass, or leaves nothing to judge",
      ],
      ["harness/entra/token-service/stay-signed-in.test.ts", "people who stay signed in"],
    ],
  },
  {
    row: "V10",
    says: "what a scenario does on purpose",
    tests: [["scenarios/expected-failures.test.ts", "has no finding that its scenario expects"]],
  },
  {
    row: "V11",
    says: "words about what a page's library reported, which was not seen",
    tests: [
      [
        "harness/rules/fallback-to-interaction.test.ts",
        "for a call that was inferred from its requests, without a word about what its library reported",
      ],
    ],
  },
  {
    row: "V12",
    says: "advice on a cap of back-off",
    tests: [
      [
        "harness/rules/recovery.test.ts",
        "recovery advises a cap on back-off only where it says on what that depends",
      ],
    ],
  },
  {
    row: "V13",
    says: "a headline that adds up outages, or counts known findings as good",
    tests: [
      [
        "harness/reporting/model/cost.test.ts",
        "is for all runs the highest figure of any: their outages do not add up",
      ],
      [
        "harness/reporting/model/build-report.test.ts",
        "counts known weaknesses where nothing has changed",
      ],
    ],
  },
  {
    row: "V14",
    says: "a slice of a fault that names nothing of the world",
    tests: [
      ["harness/runner/simulation/world-names.test.ts", "is refused: %o"],
      ["harness/runner/simulation/world-names.test.ts", "is refused before a scenario runs"],
      [
        "harness/runner/simulation/world-names.test.ts",
        "is refused in a suite, with the outage that has it",
      ],
      ["harness/runner/simulation/world-names.test.ts", "takes the requests of %s"],
    ],
  },
  {
    row: "V15",
    says: "calls that block for long, also several in a row",
    tests: [
      ["harness/rules/call-duration.test.ts", "counts each of several in a row"],
      [
        "harness/rules/call-duration.test.ts",
        "fails a call that ends too late, with a token or an error",
      ],
    ],
  },
  {
    row: "V16",
    says: "an app that is dead while the service is healthy",
    tests: [
      [
        "harness/integrations/web-app.test.ts",
        "is dead when the credential ends, although Entra is healthy",
      ],
      [
        "harness/rules/failure-while-healthy.test.ts",
        "fails own code that answers failures, also after the keys were rotated",
      ],
      [
        "harness/rules/failure-while-healthy.test.ts",
        "fails one that shows a rejected token again",
      ],
    ],
  },
  {
    row: "V17",
    says: "a popup that stands on an error page when it is judged",
    tests: [
      ["harness/rules/screen.test.ts", "for a popup that stays open with a blank page or an error"],
    ],
  },
  {
    row: "V18",
    says: "a managed identity in two tests of one process",
    tests: [
      ["harness/integrations/suite/machine-suite.test.ts", "which fails by the old token alone"],
      ["harness/runner/simulation/call-result.test.ts", "is found in that of %s"],
    ],
  },
  {
    row: "V18b",
    says: "a module's client over two tests, behind an Express app",
    tests: [
      ["test/vitest-suites.test.ts", "an app with one client for its module"],
      ["harness/rules/model/entra-use.test.ts", "a call while tokens of an earlier test are valid"],
    ],
  },
  {
    row: "V18c",
    says: "a page that shows an error text in place of the application",
    tests: [
      [
        "harness/integrations/playwright/replaced-page.spec.ts",
        "a text that no pattern knows is not the application",
      ],
      [
        "harness/integrations/playwright/replaced-page.spec.ts",
        "the application with other content is",
      ],
      [
        "harness/rules/screen.test.ts",
        "for a text in the place of the application, but not after the person has signed in or out",
      ],
    ],
  },
  {
    row: "V19",
    says: "an answer of the service that reaches the app as a programming error",
    tests: [
      ["harness/rules/masked-failure.test.ts", "fails a %s"],
      [
        "harness/integrations/suite/own-code-verdicts.test.ts",
        "hides no programming error by wrapping it",
      ],
    ],
  },
  {
    row: "V20",
    says: "a setting of another kind than the documented one",
    tests: [
      [
        "harness/entra/directory/settings-schema.test.ts",
        "refuse %s of %j, which could be read as another value",
      ],
    ],
  },
];
