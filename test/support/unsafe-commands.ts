/** What the command once did that was not safe, and apps of others that were judged wrongly; see `wrong-verdicts.ts`. */
import type { WrongVerdict } from "./wrong-verdicts.ts";

/** The rows of S. */
export const unsafeCommands: readonly WrongVerdict[] = [
  {
    row: "S1",
    says: "an output whose reader ends",
    tests: [["test/cli-safety.test.ts", "when the reader of the output has seen enough"]],
  },
  {
    row: "S2",
    says: "an output on a full disk",
    tests: [["test/cli-safety.test.ts", "when the output goes to a full disk: one message, and 2"]],
  },
  {
    row: "S3",
    says: "a shard whose journal names a path as its scenario",
    tests: [
      [
        "test/cli-safety.test.ts",
        "cannot write outside of the output folder by a scenario called %s",
      ],
    ],
  },
  {
    row: "S4",
    says: "a shard whose journal names a file to run",
    tests: [["test/cli-safety.test.ts", "is merged without running the file %s that it names"]],
  },
  {
    row: "S5",
    says: "user code that sends on the workers' channel",
    tests: [["harness/cli/worker/pool.test.ts", "takes no answer from user code that sends %s"]],
  },
  {
    row: "S6",
    says: "a scenario file that ends its process, never settles or throws later",
    tests: [
      [
        "test/cli-safety.test.ts",
        "%s ends the session with 2 and its name, and no earlier journal is judged",
      ],
      ["harness/cli/worker/describe-files.test.ts", "that %s when it is loaded"],
      ["harness/cli/worker/describe-files.test.ts", "that takes longer than the bound"],
    ],
  },
  {
    row: "S7",
    says: "throws and exports that no text can be made of",
    tests: [
      [
        "harness/cli/worker/pool.test.ts",
        "reports %s that a script throws as a failure of that script",
      ],
      ["harness/cli/worker/describe-files.test.ts", "that exports %s"],
    ],
  },
  {
    row: "S8",
    says: "an earlier journal that is taken for a run's",
    tests: [
      [
        "test/cli-safety.test.ts",
        "%s ends the session with 2 and its name, and no earlier journal is judged",
      ],
    ],
  },
  {
    row: "S9",
    says: "results of an earlier run beside a run that was killed",
    tests: [
      [
        "test/cli-safety.test.ts",
        "has nothing of an earlier run once a run has begun, also when that is killed",
      ],
    ],
  },
  {
    row: "S10",
    says: "secrets in unusual places",
    tests: [
      [
        "harness/history/secrets.test.ts",
        "as the value of %s, in a form, a query, JSON, a header and the answer's address",
      ],
      ["test/cli-safety.test.ts", "%s has none of them in what it prints and leaves"],
    ],
  },
  {
    row: "S11",
    says: "names and texts with control characters and commands",
    tests: [
      ["harness/reporting/formats/terminal-text.test.ts", "has no command of a CI service: %j"],
      ["harness/reporting/formats/terminal-text.test.ts", "text of others in Markdown"],
      ["test/cli-safety.test.ts", "%s has none of them in what it prints and leaves"],
    ],
  },
  {
    row: "S12",
    says: "damaged archives",
    tests: [
      ["test/fuzz.test.ts", "a damaged archive is set aside, or what it says is what was added"],
    ],
  },
  {
    row: "S13",
    says: "datagrams and look-ups of names",
    tests: [
      ["harness/network/outgoing/outgoing.test.ts", "a datagram"],
      ["harness/network/outgoing/outgoing.test.ts", "a look-up"],
    ],
  },
  {
    row: "S14",
    says: "a worker that cannot be started",
    tests: [
      [
        "harness/cli/worker/pool.test.ts",
        "reports a worker that the machine cannot start as a failure of the run",
      ],
    ],
  },
  {
    row: "S15",
    says: "Ctrl-C in a browser run",
    tests: [
      [
        "harness/cli/worker/browser-death.test.ts",
        "leaves neither the profile of the browser nor its artifacts",
      ],
      ["harness/core/temporary-folder.test.ts", "removes what a killed process has left"],
    ],
  },
  {
    row: "S16",
    says: "a HAR with entries that are no requests, and with passwords",
    tests: [
      ["harness/history/har.test.ts", "is read without %s, which is counted"],
      [
        "harness/history/har.test.ts",
        "may have a request that never ended, and addresses with a password, which is not kept",
      ],
    ],
  },
  {
    row: "S17",
    says: "a machine whose clock is of another time",
    tests: [
      ["harness/cli/probe-machine.test.ts", "a clock that says %s is the machine's fault"],
      ["harness/cli/probe-machine.test.ts", "replay looks at the machine before it plays"],
      [
        "harness/cli/probe-machine.test.ts",
        "matrix and bisect look at the machine before they play a version",
      ],
    ],
  },
  {
    row: "S18",
    says: "long texts without an end to a pattern",
    tests: [["harness/history/secrets.test.ts", "a long text is read once"]],
  },
  {
    row: "S19",
    says: "tokens that a standard validator refuses",
    tests: [
      ["harness/entra/protected-api/protected-api.test.ts", "a token %s is refused"],
      ["harness/entra/protected-api/protected-api.test.ts", "a token with %s behind it is refused"],
      [
        "harness/entra/protected-api/protected-api.test.ts",
        "an id token for the API's own app is refused",
      ],
    ],
  },
  {
    row: "S20",
    says: "two sessions with one output folder",
    tests: [
      ["test/cli-safety.test.ts", "is one session's at a time"],
      [
        "harness/cli/folder-lock.test.ts",
        "refuses a second session by name, and is still the first one's",
      ],
    ],
  },
  {
    row: "S21",
    says: "a machine that cannot reach itself, a stopped session, a closed terminal",
    tests: [
      [
        "harness/cli/probe-machine.test.ts",
        "an address that cannot be reached is the machine's fault",
      ],
      ["test/cli-signals.walk.test.ts", "that %s ends is reported whole"],
    ],
  },
  {
    row: "S22",
    says: "a refresh token that a page uses after its reload",
    tests: [
      ["harness/rules/reload.test.ts", "was not lost by it: the page has sent its refresh token"],
    ],
  },
  {
    row: "S23",
    says: "an output folder that can never be made",
    tests: [
      ["test/cli-safety.test.ts", "when the output folder can never be made: 2, at once"],
      ["harness/core/make-folder.test.ts", "throws for a folder that can never be made, at once"],
    ],
  },
];

/** Apps of others, played with their real packages. */
export const foreignApps: readonly WrongVerdict[] = [
  {
    row: "",
    says: "an Express app that answers 500 for ever",
    tests: [
      [
        "test/foreign-apps/express-answers-500.test.ts",
        "has not recovered while it goes on, though no call throws",
      ],
    ],
  },
  {
    row: "",
    says: "a module's client over two tests",
    tests: [["test/vitest-suites.test.ts", "an app with one client for its module"]],
  },
  {
    row: "",
    says: "a redirect loop",
    tests: [
      [
        "harness/integrations/playwright/redirect-loop.spec.ts",
        "a redirect loop lets a wait end, and is named by its addresses",
      ],
    ],
  },
  {
    row: "",
    says: "an API that keeps keys",
    tests: [["test/foreign-apps/express-keeps-keys.test.ts", "an API %s"]],
  },
  {
    row: "",
    says: "a time-out of 3.5 s on a socket",
    tests: [
      ["test/foreign-apps/axios-time-out.test.ts", "ends the call after 3.5 s when the answer %s"],
    ],
  },
  {
    row: "",
    says: "a database on localhost",
    tests: [
      [
        "test/foreign-apps/database-on-localhost.test.ts",
        "time stands while an app asks its database, and its own timers do not fire",
      ],
    ],
  },
  {
    row: "",
    says: "DefaultAzureCredential that comes to the command line",
    tests: [
      [
        "test/foreign-apps/azure-command-line.test.ts",
        "comes to the command line, and time stands while that runs",
      ],
    ],
  },
];
