/** `entra.signIn` of one simulation: what it is called with decides how the person signs in. */
import { HarnessError } from "../../../core/errors.ts";
import { readField } from "../../../core/foreign-value.ts";
import { appOfAgent, type AppServer, createJar, listeningApp } from "./app-server.ts";
import { type DeviceSignInParts, signInOnDevice } from "./device-sign-in.ts";
import type { SignIn, SupertestAgent } from "./sign-in.ts";
import { type Browser, signInToWebApp } from "./web-sign-in.ts";

/** The function `signIn`. Each agent of supertest is one browser; a sign-in without an agent has a new browser. */
export function createSignIn(parts: DeviceSignInParts): SignIn {
  const browsers = new WeakMap<object, Browser>();
  const browserOf = (agent: object): Browser => {
    const known = browsers.get(agent) ?? newBrowser();
    browsers.set(agent, known);
    return known;
  };
  const signIn = (person: string, way: unknown, path?: unknown): Promise<unknown> => {
    const user = parts.userOf(person);
    if (isAgent(way)) {
      const browser = browserOf(way);
      const app = appOfAgent(way, browser.jar);
      return signInToWebApp(parts, { user, app, browser, start: startIn(app, path) });
    }
    if (typeof way === "function" && path === undefined)
      return signInOnDevice(parts, user, way as () => unknown);
    const start = addressIn(way, path);
    const browser = newBrowser();
    return signInToWebApp(parts, { user, app: listeningApp(start, browser.jar), browser, start });
  };
  return oneAtATime(signIn) as SignIn;
}

/** Device codes, refusals and tokens do not say to which sign-in they belong. */
function oneAtATime(
  signIn: (person: string, way: unknown, path?: unknown) => Promise<unknown>,
): (person: string, way: unknown, path?: unknown) => Promise<unknown> {
  let underway: string | undefined;
  return async (person, way, path) => {
    if (underway !== undefined) {
      throw new HarnessError(
        "bad-usage",
        `"${person}" cannot sign in while "${underway}" is signing in: expected one sign-in at a time`,
        { place: "entra.signIn", hint: "Await each sign-in before the next, without Promise.all." },
      );
    }
    underway = person;
    try {
      return await signIn(person, way, path);
    } finally {
      underway = undefined;
    }
  };
}

function newBrowser(): Browser {
  return { jar: createJar(), entraCookies: new Map() };
}

/** Whether a value is an agent of supertest: it sends requests and keeps cookies, which neither an app nor a server does. */
function isAgent(value: unknown): value is SupertestAgent {
  return (
    ["get", "post"].every((name) => typeof readField(value, name) === "function") &&
    typeof readField(value, "jar") === "object"
  );
}

function startIn({ base }: AppServer, path: unknown): URL {
  const start = typeof path === "string" ? URL.parse(path, base.href) : null;
  if (start !== null) return start;
  throw misuse(
    "a path of the app after the agent",
    path,
    'Name the path that sends people to Entra: entra.signIn("adele", agent, "/auth/signin").',
  );
}

function addressIn(way: unknown, path: unknown): URL {
  const address =
    typeof way === "string" ? URL.parse(way) : URL.parse(String(readField(way, "href")));
  if (address !== null && /^https?:$/.test(address.protocol) && path === undefined) return address;
  const isApp = typeof way === "function" || typeof readField(way, "get") === "function";
  if (isApp || typeof readField(way, "listen") === "function") {
    throw misuse(
      "an agent of supertest, which keeps cookies",
      way,
      'Write: const agent = request.agent(app); await entra.signIn("adele", agent, "/auth/signin").',
    );
  }
  throw misuse(
    "an agent of supertest with a path, an absolute address, or a function",
    way,
    'Such as entra.signIn("adele", request.agent(app), "/auth/signin"), or entra.signIn("adele", "http://localhost:3000/auth/signin").',
  );
}

function misuse(wanted: string, got: unknown, hint: string): HarnessError {
  const shown = typeof got === "string" ? `"${got}"` : typeof got;
  return new HarnessError("bad-usage", `expected ${wanted}, got ${shown}`, {
    place: "entra.signIn",
    hint,
  });
}
