/** The tests of a single-page app: a configuration for Playwright, a way in, a sign-in, an outage. */
import type { DetectedApp } from "./detect.ts";
import type { Click } from "./sign-in-clicks.ts";
import { literal } from "../../core/source-literal.ts";
import { importing, localImport } from "./source-text.ts";

/** `playwright.config.ts` of the folder: Chromium alone, and the app as it is served in development. */
export function playwrightConfigText(app: DetectedApp): string {
  const { page, packageManager, environment } = app;
  const { script, origin } = pageOf(app);
  const server =
    script === undefined
      ? []
      : [
          `  webServer: ${literal({
            command: `${packageManager} run ${script}`,
            cwd: relativeRoot(app),
            url: origin,
            reuseExistingServer: true,
            // React's scripts would open a window.
            env: { BROWSER: "none", ...environment },
          }).replaceAll("\n", "\n  ")},`,
        ];
  return [
    `/** Runs the tests of this folder, with the app ${page?.script === undefined ? "that is served already" : `as "${packageManager} run ${page.script}" serves it`}. */`,
    importing(app, ["defineConfig"], "@playwright/test"),
    "",
    `${app.style.modules === "esm" ? "export default" : "module.exports ="} defineConfig({`,
    '  testDir: ".",',
    "  // Days of a page take real time, and more of it on a busy machine.",
    "  timeout: 300_000,",
    "  // A button that never comes ends a test before its own time is over.",
    `  use: { baseURL: ${JSON.stringify(origin)}, actionTimeout: 60_000 },`,
    ...server,
    "});",
    "",
  ].join("\n");
}

/** `open-app.ts`: opens the page and signs in, for all tests. */
export function openAppText(app: DetectedApp): string {
  const page = pageOf(app);
  const isTyped = app.style.language === "ts";
  const answer = '{ displayName: "Adele Vance", value: [] }';
  const signIn =
    page.clicks?.length === 0
      ? [`await entra.signIn("adele", () => ${opening(app, page.guardedRoute)});`]
      : [`await ${opening(app)};`, `await entra.signIn("adele", ${signInAction(page.clicks)});`];
  const body = [
    ...page.hosts.map(
      (host) =>
        `await page.context().route(${JSON.stringify(`https://${host}/**`)}, (route) => route.abort());`,
    ),
    ...page.graphUrls.map((url) => `entra.api(${JSON.stringify(url)}, ${answer});`),
    ...signIn,
  ];
  const parameters = isTyped ? "page: Page, entra: Entra" : "page, entra";
  return [
    "/** Opens the app and signs adele in. */",
    ...(isTyped
      ? [
          'import type { Page } from "@playwright/test";',
          'import type { Entra } from "brownout/playwright";',
          "",
        ]
      : []),
    `export async function openApp(${parameters})${isTyped ? ": Promise<void>" : ""} {`,
    ...body.map((line) => `  ${line}`),
    "}",
    "",
  ].join("\n");
}

/** The first test: a person signs in. */
export function pageSignInText(app: DetectedApp): string {
  return testText(app, "adele signs in", [
    "await openApp(page, entra);",
    'expect(entra).toHaveRequested("token");',
  ]);
}

/** The second: three hours without Entra, in which the page is reloaded, and once more when they are over. */
export function pageOutageText(app: DetectedApp): string {
  const { guardedRoute } = pageOf(app);
  const asking =
    guardedRoute === undefined
      ? [
          "// Where your page asks for no token when it is loaded, open or click here and below what does.",
        ]
      : [
          "// The page asks for its tokens behind a guard: each reload opens this route again.",
          `await ${opening(app, guardedRoute)};`,
        ];
  return testText(app, "works through three hours without Entra", [
    "await openApp(page, entra);",
    ...asking,
    'entra.outage({ for: "3h" });',
    'await entra.clock.advance("30m");',
    "await page.reload();",
    'await entra.clock.advance("90m");',
    "await page.reload();",
    'await entra.clock.advance("2h");',
    "await page.reload();",
    "expect(entra).toPassAllRules();",
  ]);
}

function testText(app: DetectedApp, title: string, body: readonly string[]): string {
  return [
    importing(app, ["expect", "test"], "brownout/playwright"),
    localImport(app, ["openApp"], "./open-app"),
    localImport(app, ["world"], "./world"),
    "",
    "test.use({ entraOptions: { world } });",
    "",
    `test(${JSON.stringify(title)}, async ({ page, entra }) => {`,
    ...body.map((line) => `  ${line}`),
    "});",
    "",
  ].join("\n");
}

function pageOf({ page }: DetectedApp): NonNullable<DetectedApp["page"]> {
  if (page === undefined) throw new TypeError("only a page has tests in Playwright");
  return page;
}

function relativeRoot({ placement }: DetectedApp): string {
  return placement.folder
    .split("/")
    .map(() => "..")
    .join("/");
}

/** Opens the start page, or a route below it. */
function opening(app: DetectedApp, route = ""): string {
  const start = app.registration.redirectUris.length === 0 ? "/" : startPath(app);
  return `page.goto(${JSON.stringify(start + route)})`;
}

/** Where the app is: the folder of the redirect URI would be a page of MSAL's own. */
function startPath({ page, registration }: DetectedApp): string {
  const own = registration.redirectUris.find(
    (uri) => uri.endsWith("/") && uri.startsWith(page?.origin ?? ""),
  );
  return own === undefined ? "/" : new URL(own).pathname;
}

function signInAction(clicks: readonly Click[] | undefined): string {
  if (clicks === undefined)
    return '() =>\n    page.getByRole("button", { name: /(sign|log) ?in/i }).first().click()';
  const lines = clicks.map(
    ({ role, name }) =>
      `page.getByRole("${role}", { name: ${JSON.stringify(name)} }).first().click()`,
  );
  const [only, ...more] = lines;
  if (more.length === 0) return `() => ${only}`;
  return `async () => {\n${lines.map((line) => `    await ${line};\n`).join("")}  }`;
}
