/** `entra.signIn` and `entra.signOut` of one simulation: what they are called with decides in which browser. */
import { HarnessError } from "../../../core/errors.ts";
import { readField } from "../../../core/foreign-value.ts";
import type { User } from "../../../entra/directory/world.ts";
import { appOfAgent, type AppServer, createJar, listeningApp } from "./app-server.ts";
import { type DeviceSignInParts, signInOnDevice } from "./device-sign-in.ts";
import { shortNameOf } from "./person.ts";
import { readSignInOptions } from "./sign-in-options.ts";
import type { SignInControls, SignInVisit, SupertestAgent } from "./sign-in.ts";
import { type Browser, type PageOfApp, signInToWebApp } from "./web-sign-in.ts";
import { signOutOfWebApp } from "./web-sign-out.ts";

/** The functions `signIn` and `signOut`. Each agent of supertest is one browser; a sign-in without an agent has a new one, which its visit keeps. */
export function createSignIn(parts: DeviceSignInParts): Pick<SignInControls, "signIn" | "signOut"> {
  const browsers = new WeakMap<object, Browser>();
  const visits = new WeakMap<object, AppServer>();
  /** The page that a path means, in the browser of an agent or of an earlier visit; undefined for anything else. */
  const pageIn = (user: User, way: unknown, path: unknown, place: Place): PageOfApp | undefined => {
    const isAgent = isSupertestAgent(way);
    if (!isAgent && !(typeof way === "object" && way !== null && visits.has(way))) return undefined;
    const browser = browsers.get(way) ?? newBrowser();
    browsers.set(way, browser);
    const app = isAgent ? appOfAgent(way, browser.jar) : visits.get(way);
    return app && { user, app, browser, start: startIn(app, path, place) };
  };
  const keep = <Visit extends SignInVisit>(visit: Visit, { app, browser }: PageOfApp): Visit => {
    browsers.set(visit, browser);
    visits.set(visit, app);
    return visit;
  };
  const signIn = async (person: string, way: unknown, ...rest: unknown[]): Promise<unknown> => {
    const user = parts.userOf(person);
    const known = pageIn(user, way, rest[0], "entra.signIn");
    if (known !== undefined) {
      const options = readSignInOptions(rest[1]);
      return keep(await signInToWebApp(parts, { ...known, options }), known);
    }
    if (typeof way === "function" && rest[0] === undefined)
      return signInOnDevice(parts, user, way as () => unknown);
    const start = addressIn(way, rest[0]);
    const browser = newBrowser();
    const page = { user, app: listeningApp(start, browser.jar), browser, start };
    const options = readSignInOptions(rest[0]);
    return keep(await signInToWebApp(parts, { ...page, options }), page);
  };
  const signOut = async (person: string, way: unknown, path?: unknown): Promise<unknown> => {
    const user = parts.userOf(person);
    const page = pageIn(user, way, path, "entra.signOut");
    if (page === undefined || !page.browser.people.has(user)) throw notSignedInThere(user);
    return keep(await signOutOfWebApp(parts, page), page);
  };
  const underway: Underway = { person: undefined };
  return {
    signIn: oneAtATime(underway, signIn) as SignInControls["signIn"],
    signOut: oneAtATime(underway, signOut) as SignInControls["signOut"],
  };
}

type Place = "entra.signIn" | "entra.signOut";

interface Underway {
  person: string | undefined;
}

/** Device codes, refusals and tokens do not say to which sign-in they belong. */
function oneAtATime(
  underway: Underway,
  act: (person: string, way: unknown, ...rest: unknown[]) => Promise<unknown>,
): (person: string, way: unknown, ...rest: unknown[]) => Promise<unknown> {
  return async (person, ...values) => {
    if (underway.person !== undefined) {
      throw new HarnessError(
        "bad-usage",
        `"${person}" cannot sign in while "${underway.person}" is signing in: expected one sign-in at a time`,
        { place: "entra.signIn", hint: "Await each sign-in before the next, without Promise.all." },
      );
    }
    underway.person = person;
    try {
      return await act(person, ...values);
    } finally {
      underway.person = undefined;
    }
  };
}

function newBrowser(): Browser {
  return { jar: createJar(), entraCookies: new Map(), appOrigins: new Set(), people: new Set() };
}

function notSignedInThere(user: User): HarnessError {
  const name = shortNameOf(user);
  return new HarnessError("bad-usage", `${name} has not signed in in this browser`, {
    place: "entra.signOut",
    hint: `Sign out with the agent of supertest, or with what entra.signIn has returned: entra.signOut("${name}", agent, "/auth/signout").`,
  });
}

/** Whether a value is an agent of supertest: it sends requests and keeps cookies, which neither an app nor a server does. */
function isSupertestAgent(value: unknown): value is SupertestAgent {
  return (
    ["get", "post"].every((name) => typeof readField(value, name) === "function") &&
    typeof readField(value, "jar") === "object"
  );
}

function startIn({ base }: AppServer, path: unknown, place: Place): URL {
  const start = typeof path === "string" ? URL.parse(path, base.href) : null;
  if (start !== null) return start;
  throw misuse("a path of the app after the agent", path, {
    place,
    hint: `Name the path that sends people to Entra: ${place}("adele", agent, "/auth/${place === "entra.signIn" ? "signin" : "signout"}").`,
  });
}

function addressIn(way: unknown, after: unknown): URL {
  const address =
    typeof way === "string" ? URL.parse(way) : URL.parse(String(readField(way, "href")));
  const hasPath = typeof after === "string";
  if (address !== null && /^https?:$/.test(address.protocol) && !hasPath) return address;
  const isApp = typeof way === "function" || typeof readField(way, "get") === "function";
  if (isApp || typeof readField(way, "listen") === "function") {
    throw misuse("an agent of supertest, which keeps cookies", way, {
      hint: 'Write: const agent = request.agent(app); await entra.signIn("adele", agent, "/auth/signin").',
    });
  }
  throw misuse("an agent of supertest with a path, an absolute address, or a function", way, {
    hint: 'Such as entra.signIn("adele", request.agent(app), "/auth/signin"), or entra.signIn("adele", "http://localhost:3000/auth/signin").',
  });
}

function misuse(
  wanted: string,
  got: unknown,
  { place = "entra.signIn", hint }: { readonly place?: Place; readonly hint: string },
): HarnessError {
  const shown = typeof got === "string" ? `"${got}"` : typeof got;
  return new HarnessError("bad-usage", `expected ${wanted}, got ${shown}`, { place, hint });
}
