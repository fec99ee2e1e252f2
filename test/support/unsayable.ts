/** What a fault plan or a world could not say once, and people needed; see `wrong-verdicts.ts`. */
import type { WrongVerdict } from "./wrong-verdicts.ts";

const effects = "harness/faults/effects.test.ts";
const pages = "harness/network/browser-mounts/page-device.test.ts";
const ownRegistration = "harness/integrations/own-registration.test.ts";

/** The rows of X, in the order of the report. */
export const unsayable: readonly WrongVerdict[] = [
  {
    row: "X1",
    says: "an answer with any status, headers and body, at any endpoint",
    tests: [
      [effects, "has status %i and the body %o"],
      [effects, "has its own headers in place of the usual ones of the same name"],
      ["harness/runner/simulation/fault-sites.test.ts", "takes a request: $kind at $site"],
    ],
  },
  {
    row: "X2",
    says: "an answer that is lost after the service has acted",
    tests: [[effects, "%o: the service acts, and the connection is reset at %i ms"]],
  },
  {
    row: "X3",
    says: "a cache store that fails, is slow or full: Redis, a file, the storage of a page",
    tests: [
      ["harness/runner/simulation/own-cache-store.test.ts", "a store like a client of Redis"],
      [
        "harness/runner/simulation/own-cache-store.test.ts",
        "files by node:fs/promises cannot be read or written, or the disk is full",
      ],
      [pages, "refuses what takes more room when storage is full, and lets the rest be"],
    ],
  },
  {
    row: "X4",
    says: "a page that is offline",
    tests: [[pages, "says that it is offline, with the events of a browser"]],
  },
  {
    row: "X5",
    says: "a client's clock that is wrong, or set back in mid-run",
    tests: [
      ["harness/runner/simulation/device.test.ts", "is set back in mid-run, and two shifts add up"],
      [pages, "shows a wrong clock to a page, to a new document and to a frame without a server"],
    ],
  },
  {
    row: "X6",
    says: "a machine's identity endpoint that fails past half of a token's life",
    tests: [["scenarios/managed-identity-outages.test.ts", "passes every rule in %s"]],
  },
  {
    row: "X7",
    says: "a person who is asked for a second factor",
    tests: [
      [
        "harness/integrations/sign-in.test.ts",
        "signs in with the second factor that is required by now",
      ],
    ],
  },
  {
    row: "X8",
    says: "federated credentials",
    tests: [
      [ownRegistration, "exchanges a token of the outside issuer"],
      [ownRegistration, "is refused when another key signed"],
    ],
  },
  {
    row: "X9",
    says: "Azure's own resources as audiences",
    tests: [[ownRegistration, "are in every world: %s gives a v1 token for %s"]],
  },
  {
    row: "X10",
    says: "an API of one's own that takes v1 tokens",
    tests: [
      [
        ownRegistration,
        "gets the claims of a user that it asks for; ID tokens have those of the client",
      ],
    ],
  },
  {
    row: "X11",
    says: "certificates and SAML apps in a world of one's own",
    tests: [
      [ownRegistration, "gets tokens by MSAL's clientCertificate with %s"],
      [ownRegistration, "is configured by samlSettings, and gets the NameID as it is registered"],
    ],
  },
  {
    row: "X12",
    says: "several identifier URIs of one resource, one of which ends in a slash",
    tests: [[ownRegistration, "verifies by jose what was asked for as %s, for the audience %s"]],
  },
];
