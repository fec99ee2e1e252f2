/** The tests of a web app on Express: supertest's agent is the browser of a person. */
import type { DetectedApp } from "./detect.ts";
import { loading } from "./source-text.ts";
import { expectation, testText } from "./write-node-tests.ts";

/** The first test: a person signs in to the app. */
export function webSignInText(app: DetectedApp): string {
  const web = webOf(app);
  return testText(app, {
    about: "A person signs in to the app: without a tenant, without a network.",
    title: "adele signs in",
    imports: [supertest(app)],
    body: [
      ...opening(app),
      ...(web.page === undefined
        ? []
        : [`await agent.get(${JSON.stringify(web.page.path)}).expect(200);`]),
    ],
  });
}

/** The second: those who are signed in stay so, and when Entra is back, others can sign in. */
export function webOutageText(app: DetectedApp): string {
  const web = webOf(app);
  const { page } = web;
  const path = JSON.stringify(page?.path);
  const load =
    page === undefined
      ? undefined
      : `entra.operate(${JSON.stringify(`load ${page.path}`)}, () => agent.get(${path}))`;
  const usesToken = page?.usesToken === true && app.kind === "web";
  const signInAgain = `await entra.signIn("megan", request.agent(app), ${JSON.stringify(web.signInPath)});`;
  return testText(app, {
    about:
      "An outage of an hour, in milliseconds: who is signed in stays so, and others can sign in afterwards.",
    title: "works through an hour without Entra",
    imports: [supertest(app)],
    body: [
      ...opening(app),
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

function webOf({ web }: DetectedApp): NonNullable<DetectedApp["web"]> {
  if (web === undefined) throw new TypeError("only a web app has these tests");
  return web;
}

function supertest({ style }: DetectedApp): string {
  return style.modules === "esm"
    ? 'import request from "supertest";'
    : 'const request = require("supertest");';
}

/** The app is loaded in the test, so that its client is new. */
function opening(app: DetectedApp): readonly string[] {
  const web = webOf(app);
  const { of } = web.app;
  return [
    loading(app, web.app, of === "factory" ? "createApp" : "app"),
    ...(of === "factory" ? ["const app = createApp();"] : []),
    "const agent = request.agent(app);",
    `await entra.signIn("adele", agent, ${JSON.stringify(web.signInPath)});`,
  ];
}
