/** Pages with routes that only people who are signed in may open, with what `brownout init` writes for them. */
import { clientId, type InitProject, tenant } from "./init-projects.ts";

const guardedApp = `import { PublicClientApplication } from "@azure/msal-browser";
export const msal = new PublicClientApplication({ auth: { clientId: "${clientId}", authority: "https://login.microsoftonline.com/${tenant}", redirectUri: "/" } });
`;

/** By the title of the test. */
export const guardedProjects: Readonly<Record<string, InitProject>> = {
  "an Angular page that asks for its tokens behind a guard, in a lazy part of it": {
    manifest: { scripts: { start: "ng serve" }, devDependencies: { "@playwright/test": "1.65.1" } },
    files: {
      "src/main.ts": guardedApp,
      "src/app/app.routes.ts": `import { MsalGuard } from "@azure/msal-angular";
import { Home } from "./home";
export const routes = [
  { path: "", component: Home },
  { path: "old", canActivate: [MsalGuard], redirectTo: "/account" },
  { path: "account", canActivate: [MsalGuard], loadChildren: () => import("./account.routes").then((m) => m.accountRoutes) },
];
`,
      "src/app/account.routes.ts": `import { Home } from "./home";
import { MailPage } from "./mail";
export const accountRoutes = [
  { path: "help", component: Home },
  { path: "mail/:id", component: MailPage },
  { path: "mail", component: MailPage },
];
`,
      "src/app/home.ts": "export class Home {}\n",
      "src/app/mail.ts": `import { MailService } from "./mail.service";
export class MailPage { constructor(readonly mail: MailService) {} }
`,
      "src/app/mail.service.ts": `import { HttpClient } from "@angular/common/http";
export class MailService { constructor(readonly http: HttpClient) {} }
`,
    },
    found: ["page: PublicClientApplication in src/main.ts:2"],
    written: {
      "brownout/open-app.ts": ['entra.signIn("adele", () => page.goto("/account/mail"));'],
      "brownout/outage.spec.ts": [
        /openApp\(page, entra\);\n {2}\/\/ The page asks .* behind a guard: .*\n {2}await page\.goto\("\/account\/mail"\);\n {2}entra\.outage/,
      ],
    },
    script: "playwright test --config=brownout/playwright.config.ts",
  },
  "a Vue page with a guarded route in the fragment": {
    manifest: { type: "module", scripts: { dev: "vite" } },
    files: {
      "src/main.ts": guardedApp,
      "src/router.ts": `import { createRouter, createWebHashHistory } from "vue-router";
const routes = [
  { path: "/", component: () => import("./Home.vue"), meta: { requiresAuth: false } },
  { path: "/mail", component: () => import("./Mail.vue"), meta: { requiresAuth: true } },
];
export const router = createRouter({ history: createWebHashHistory(), routes });
`,
      "src/Home.vue": "<template><button>Sign in</button></template>\n",
      "src/Mail.vue": "<template><p>Mail</p></template>\n",
    },
    found: ["page: PublicClientApplication in src/main.ts:2"],
    written: {
      "brownout/open-app.ts": ['page.goto("/")', 'page.getByRole("button", { name: "Sign in" })'],
      "brownout/outage.spec.ts": ['await page.goto("/#/mail");'],
    },
    script: "playwright test --config=brownout/playwright.config.ts",
  },
  "an Angular page whose start page is guarded, and is opened by each reload": {
    manifest: { scripts: { start: "ng serve" }, devDependencies: { "@playwright/test": "1.65.1" } },
    files: {
      "src/main.ts": guardedApp,
      "src/app/app.routes.ts": `import { MsalGuard } from "@azure/msal-angular";
export const routes = [
  { path: "", canActivate: [MsalGuard], component: Home },
  { path: "mail", canActivate: [MsalGuard], component: Mail },
];
`,
    },
    found: ["page: PublicClientApplication in src/main.ts:2"],
    written: {
      "brownout/open-app.ts": ['entra.signIn("adele", () => page.goto("/"));'],
      "brownout/outage.spec.ts": [
        /openApp\(page, entra\);\n {2}\/\/ Where your page asks for no token/,
      ],
    },
    script: "playwright test --config=brownout/playwright.config.ts",
  },
};
