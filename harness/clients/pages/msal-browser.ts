/** The real `@azure/msal-browser` in a page of a real browser, unmodified. */
import type { ClientUnderTest } from "../client.ts";
import { installedFile, installedVersion, notInstalled } from "../installed-package.ts";
import { msalBrowserProgram, redirectHtml } from "./msal-browser-page.ts";
import { clientInPage } from "./page-application.ts";

const PACKAGE = "@azure/msal-browser";

/** The flows that it supports; `authorization-code` is a popup. */
const methods = {
  silent: "silent",
  "authorization-code": "popup",
  popup: "popup",
  redirect: "redirect",
  "sso-silent": "sso-silent",
} as const;

/** The names of the flows that it supports. */
export const msalBrowserFlows = Object.keys(methods) as readonly (keyof typeof methods)[];

/** Loads the files of the package, from `folder`, else from the packages installed beside Brownout; throws `client-not-installed`. */
export function loadMsalBrowser(folder?: string): Promise<ClientUnderTest> {
  return Promise.resolve(
    clientInPage({
      name: "msal-browser",
      methods,
      caches: ["memory", "session", "persisted"],
      ...findPackage(folder),
    }),
  );
}

function findPackage(folder: string | undefined) {
  const { version, script } = requiredFiles(folder);
  const bridge = redirectBridge(folder);
  const redirectPage = bridge === undefined ? "blank" : "bridge";
  return {
    version,
    script,
    program: msalBrowserProgram(redirectPage),
    files: (redirectPath: string) => ({
      [redirectPath]: {
        type: "text/html; charset=utf-8",
        text: redirectHtml(redirectPage),
      },
      "/redirect-bridge.js": { type: "text/javascript", text: bridge ?? "" },
    }),
    needsPerson: ({ name }: { readonly name: string }) => name === "InteractionRequiredAuthError",
  };
}

function requiredFiles(folder: string | undefined): {
  readonly version: string;
  readonly script: string;
} {
  try {
    return {
      version: installedVersion(PACKAGE, folder),
      script: installedFile(PACKAGE, "lib/msal-browser.min.js", folder),
    };
  } catch (cause) {
    throw notInstalled(PACKAGE, { cause });
  }
}

/** The script for the page to which sign-ins return, of versions that have one. */
function redirectBridge(folder: string | undefined): string | undefined {
  try {
    return installedFile(PACKAGE, "lib/redirect-bridge/msal-redirect-bridge.min.js", folder);
  } catch {
    return undefined;
  }
}
