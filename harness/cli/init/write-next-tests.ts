/** The tests of a Next.js app with Auth.js: the built app runs in the process of the test, under node:test. */
import type { DetectedApp } from "./detect.ts";
import type { DetectedNext } from "./detect-next.ts";

/** `server.mjs`: starts the built app, with a way to the sign-in that needs no page of the app. */
export function nextServerText(app: DetectedApp): string {
  const { origin, callbackPath } = nextOf(app);
  const [base = "", provider = ""] = callbackPath.split("/callback/");
  return `/** The built app in this process, by Next's own programming interface for custom servers. */
import { createServer } from "node:http";
import next from "next";

const origin = ${JSON.stringify(origin)};
/** Where a person begins: it does what the sign-in button of the app does. */
export const signInAddress = \`\${origin}/brownout/sign-in\`;

export async function startApp() {
  const app = next({ dev: false });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createServer((request, response) => {
    if (request.url === "/brownout/sign-in") void beginSignIn(response);
    else void handle(request, response);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(Number(new URL(origin).port), resolve);
  });
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await app.close();
  };
}

async function beginSignIn(response) {
  const token = await fetch(\`\${origin}${base}/csrf\`);
  const { csrfToken } = await token.json();
  const cookies = token.headers.getSetCookie();
  const answer = await fetch(\`\${origin}${base}/signin/${provider}\`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookies.map((cookie) => cookie.split(";")[0]).join("; ") },
    body: new URLSearchParams({ csrfToken, callbackUrl: origin }),
  });
  response.writeHead(answer.status, {
    location: answer.headers.get("location") ?? origin,
    "set-cookie": [...cookies, ...answer.headers.getSetCookie()],
  });
  response.end();
}
`;
}

/** The first test: a person signs in. */
export function nextSignInText(app: DetectedApp): string {
  return testText(app, {
    about: "A person signs in to the app: without a tenant, without a network.",
    title: "adele signs in",
    body: [
      'const browser = await entra.signIn("adele", signInAddress);',
      "assert.ok(await userOf(browser));",
    ],
  });
}

/** The second: those who are signed in stay so, and when Entra is back, others can sign in. */
export function nextOutageText(app: DetectedApp): string {
  return testText(app, {
    about:
      "An outage of an hour, in milliseconds: who is signed in stays so, and others can sign in afterwards.",
    title: "works through an hour without Entra",
    body: [
      'const browser = await entra.signIn("adele", signInAddress);',
      'entra.outage({ for: "1h" });',
      'await entra.clock.advance("30m");',
      "assert.ok(await userOf(browser));",
      'await entra.clock.advance("1h");',
      'assert.ok(await userOf(await entra.signIn("megan", signInAddress)));',
    ],
  });
}

interface TestParts {
  readonly about: string;
  readonly title: string;
  readonly body: readonly string[];
}

function testText(app: DetectedApp, { about, title, body }: TestParts): string {
  const [base = ""] = nextOf(app).callbackPath.split("/callback/");
  return [
    `/** ${about} */`,
    'import assert from "node:assert/strict";',
    'import { after, before, test } from "node:test";',
    'import { useEntra } from "brownout/node-test";',
    'import { signInAddress, startApp } from "./server.mjs";',
    'import { world } from "./world.mjs";',
    "",
    "const entra = useEntra({ world });",
    "let stopApp;",
    "before(async () => (stopApp = await startApp()));",
    "after(() => stopApp?.());",
    "",
    "/** Who is signed in, as Auth.js has it. */",
    "const userOf = async (browser) => {",
    `  const session = await browser.fetch(${JSON.stringify(`${base}/session`)});`,
    "  return (await session.json())?.user;",
    "};",
    "",
    `test(${JSON.stringify(title)}, async () => {`,
    ...body.map((line) => `  ${line}`),
    "});",
    "",
  ].join("\n");
}

function nextOf({ next }: DetectedApp): DetectedNext {
  if (next === undefined) throw new TypeError("only an app of Next.js has these tests");
  return next;
}
