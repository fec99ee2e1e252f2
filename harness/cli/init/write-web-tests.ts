/** The tests of a web app on Express or NestJS: supertest's agent is the browser of a person. */
import type { DetectedApp } from "./detect.ts";
import { expectation, type TestParts, testText } from "./write-node-tests.ts";
import type { Route } from "./find-web-app.ts";
import { expressOpening, nestOpening, supertest } from "./write-servers.ts";

/** The first test: a person signs in to the app. */
export function webSignInText(app: DetectedApp): string {
  const web = webOf(app);
  const { lines, ...parts } = opening(app);
  return testText(app, {
    ...parts,
    about: "A person signs in to the app: without a tenant, without a network.",
    title: "adele signs in",
    body: [
      ...lines,
      ...(web.before === undefined
        ? []
        : [
            "// Where the app gets the token for the page; then it redirects.",
            `await ${through(web.before)}.expect(200);`,
          ]),
      ...(web.page === undefined
        ? []
        : [`await agent.get(${JSON.stringify(web.page.path)}).expect(200);`]),
    ],
  });
}

/** The second: those who are signed in stay so, and when Entra is back, others can sign in. */
export function webOutageText(app: DetectedApp): string {
  const web = webOf(app);
  const { page, before } = web;
  const path = JSON.stringify(page?.path);
  const get = before === undefined ? `agent.get(${path})` : through(before);
  const load =
    page === undefined
      ? undefined
      : `entra.operate(${JSON.stringify(`load ${page.path}`)}, () => ${get})`;
  const usesToken = page?.usesToken === true && app.kind === "web";
  const server = web.app.of === "nest" ? "server" : "app";
  const signInAgain = `await entra.signIn("megan", request.agent(${server}), ${JSON.stringify(web.signInPath)});`;
  const { lines, ...parts } = opening(app);
  return testText(app, {
    ...parts,
    about:
      "An outage of an hour, in milliseconds: who is signed in stays so, and others can sign in afterwards.",
    title: "works through an hour without Entra",
    body: [
      ...lines,
      ...(usesToken && load !== undefined ? [`await ${load};`] : []),
      'entra.outage({ for: "1h" });',
      'await entra.clock.advance("30m");',
      ...(page === undefined
        ? []
        : usesToken
          ? [
              "// The expectation says why this call fails, if it does.",
              `await ${load}.catch(() => undefined);`,
              `${expectation(app)}.toHaveKeptWorkingFromCache();`,
            ]
          : [`await agent.get(${path}).expect(200);`]),
      'await entra.clock.advance("1h");',
      signInAgain,
    ],
  });
}

/** One redirect: to the page, or to Entra when the app wants the person there. */
function through({ path }: Route): string {
  return `agent.get(${JSON.stringify(path)}).redirects(1)`;
}

function webOf({ web }: DetectedApp): NonNullable<DetectedApp["web"]> {
  if (web === undefined) throw new TypeError("only a web app has these tests");
  return web;
}

/** The app is loaded in the test, so that its client is new. */
function opening(app: DetectedApp): Pick<TestParts, "imports" | "stop"> & {
  readonly lines: readonly string[];
} {
  const web = webOf(app);
  const signIn = `await entra.signIn("adele", agent, ${JSON.stringify(web.signInPath)});`;
  if (web.app.of === "nest") {
    const { imports, stop, lines } = nestOpening(app, "server");
    return {
      imports: [...imports, supertest(app)],
      stop,
      lines: [
        ...lines,
        "const server = app.getHttpServer();",
        "const agent = request.agent(server);",
        signIn,
      ],
    };
  }
  return {
    imports: [supertest(app)],
    lines: [...expressOpening(app, web.app), "const agent = request.agent(app);", signIn],
  };
}
