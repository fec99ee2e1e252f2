/**
 * The real `msal` 1.x in a page of a real browser, unmodified: the implicit grant, whose
 * sign-in for an id token is the only pattern of single-page applications that the backup
 * system protects (`docs/sources.md#d4`). It is out of support, and still in use.
 */
import type { ClientUnderTest } from "../client.ts";
import { installedFile, installedVersion, notInstalled } from "../installed-package.ts";
import { msal1Program } from "./msal-1-page.ts";
import { clientInPage } from "./page-application.ts";
import { pageHtml } from "./page-shell.ts";

/** The flows that it supports; `id-token` is a popup. */
const methods = {
  "id-token": "id-token",
  silent: "silent",
  popup: "popup",
  redirect: "redirect",
} as const;

/** The names of the flows that it supports. */
export const msal1Flows = Object.keys(methods) as readonly (keyof typeof methods)[];

/** Loads the files of the package, from `folder`, else from the packages installed beside Brownout; throws `client-not-installed`. */
export function loadMsal1(folder?: string): Promise<ClientUnderTest> {
  return Promise.resolve(
    clientInPage({
      name: "msal",
      methods,
      caches: ["session", "persisted"],
      ...requiredFiles(folder),
      program: msal1Program,
      files: (redirectPath) => ({
        [redirectPath]: { type: "text/html; charset=utf-8", text: pageHtml("Signing in", "") },
      }),
      needsPerson: ({ name, errorCode }) =>
        name === "InteractionRequiredAuthError" || errorCode === "user_login_error",
    }),
  );
}

function requiredFiles(folder: string | undefined): {
  readonly version: string;
  readonly script: string;
} {
  try {
    return {
      version: installedVersion("msal", folder),
      script: installedFile("msal", "dist/msal.min.js", folder),
    };
  } catch (cause) {
    throw notInstalled("msal", { major: 1, cause });
  }
}
