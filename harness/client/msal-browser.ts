/** The real `@azure/msal-browser` in a page of a real browser, unmodified. */
import type { ClientUnderTest } from "./client.ts";
import { installedFile, installedVersion, notInstalled } from "./installed-package.ts";
import { msalBrowserProgram, redirectHtml } from "./msal-browser-page.ts";
import { clientInPage } from "./page-application.ts";

const PACKAGE = "@azure/msal-browser";

/** The flows that it knows; `authorization-code` is a popup. */
const methods = {
  silent: "silent",
  "authorization-code": "popup",
  popup: "popup",
  redirect: "redirect",
  "sso-silent": "sso-silent",
} as const;

export const msalBrowserFlows = Object.keys(methods) as readonly (keyof typeof methods)[];

/** The files of the installed package; its version is read from the package itself. */
export function loadMsalBrowser(): Promise<ClientUnderTest> {
  return Promise.resolve(
    clientInPage({
      name: "msal-browser",
      methods,
      caches: ["memory", "session", "persisted"],
      ...findPackage(),
    }),
  );
}

function findPackage() {
  const { version, script } = requiredFiles();
  const bridge = redirectBridge();
  return {
    version,
    script,
    program: msalBrowserProgram,
    files: (redirectPath: string) => ({
      [redirectPath]: {
        type: "text/html; charset=utf-8",
        text: redirectHtml(bridge === undefined ? "blank" : "bridge"),
      },
      "/redirect-bridge.js": { type: "text/javascript", text: bridge ?? "" },
    }),
    needsPerson: ({ name }: { readonly name: string }) => name === "InteractionRequiredAuthError",
  };
}

function requiredFiles(): { readonly version: string; readonly script: string } {
  try {
    return {
      version: installedVersion(PACKAGE),
      script: installedFile(PACKAGE, "lib/msal-browser.min.js"),
    };
  } catch (cause) {
    throw notInstalled(PACKAGE, { cause });
  }
}

/** Majors from 5 on bring one. */
function redirectBridge(): string | undefined {
  try {
    return installedFile(PACKAGE, "lib/redirect-bridge/msal-redirect-bridge.min.js");
  } catch {
    return undefined;
  }
}
