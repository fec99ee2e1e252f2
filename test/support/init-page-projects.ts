/** Single-page apps as their teams set them up, with what `brownout init` writes for them. */
import { clientId, type InitProject, tenant } from "./init-projects.ts";

const vite = { type: "module", scripts: { dev: "vite" } };
const script = "playwright test --config=brownout/playwright.config.ts";

/** By the title of the test. */
export const pageProjects: Readonly<Record<string, InitProject>> = {
  "a React page with settings in JSON, a menu of Material UI and routes as elements": {
    manifest: vite,
    files: {
      "src/settings.json": `{ "entra": { "clientId": "${clientId}", "tenantId": "${tenant}", "scopes": ["User.Read"] } }\n`,
      "src/main.tsx": `import { PublicClientApplication } from "@azure/msal-browser";
import settings from "./settings.json";
export const msal = new PublicClientApplication({ auth: { clientId: settings.entra.clientId, authority: "https://login.microsoftonline.com/" + settings.entra.tenantId, redirectUri: "/" } });
`,
      "src/App.tsx": `import { Route, Routes } from "react-router";
import { Home } from "./Home";
import { Profile } from "./Profile";
export const App = () => (
  <Routes>
    <Route path="/" element={<Home />} />
    <Route path="/help" element={<Help />} />
    <Route path="/me"><Route path="profile" element={<Profile />} /></Route>
  </Routes>
);
function Help() { return <p>Help</p>; }
`,
      "src/Profile.tsx": `import { MsalAuthenticationTemplate, useMsal } from "@azure/msal-react";
function Content() {
  const { instance } = useMsal();
  useEffect(() => { void instance.acquireTokenSilent({ scopes: ["User.Read"] }); }, []);
}
export const Profile = () => <MsalAuthenticationTemplate interactionType="redirect"><Content /></MsalAuthenticationTemplate>;
`,
      "src/Home.tsx": `import { useMsal } from "@azure/msal-react";
export function Home() {
  const { instance } = useMsal();
  const begin = (how) => (how === "popup" ? instance.loginPopup() : instance.loginRedirect());
  return (
    <>
      <Button onClick={(event) => setAnchor(event.currentTarget)}>Account</Button>
      <Menu anchorEl={anchor}>
        <MenuItem onClick={() => setAnchor(null)}>Close</MenuItem>
        <MenuItem onClick={() => begin("popup")}>Sign in using Popup</MenuItem>
      </Menu>
    </>
  );
}
`,
    },
    found: [`client id    ${clientId}`, `tenant       ${tenant}`],
    written: {
      "brownout/world.ts": ['scopes: ["User.Read"]'],
      "brownout/open-app.ts": [
        /getByRole\("button", \{ name: "Account" \}\).*\n.*getByRole\("menuitem", \{ name: "Sign in using Popup" \}\)/,
      ],
      "brownout/outage.spec.ts": ['await page.goto("/me/profile");'],
    },
    script,
  },
  "a React page with aliases, checked variables, and routes as objects of several modules": {
    manifest: vite,
    files: {
      "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "#shared/*": ["./src/shared/*"], "#routes": ["./src/inbox/routes.tsx"], } /* of the team */ } }\n`,
      "src/shared/env.ts": `import { z } from "zod";
const schema = z.object({ VITE_ENTRA_CLIENT_ID: z.uuid() });
export const env = schema.parse(import.meta.env);
`,
      ".env": `VITE_ENTRA_CLIENT_ID=${clientId}\nVITE_ENTRA_TENANT_ID=\n`,
      "src/auth.ts": `import { PublicClientApplication } from "@azure/msal-browser";
import { env } from "#shared/env";
const { VITE_ENTRA_TENANT_ID } = import.meta.env;
export const msal = new PublicClientApplication({ auth: { clientId: env.VITE_ENTRA_CLIENT_ID, authority: \`https://login.microsoftonline.com/\${VITE_ENTRA_TENANT_ID}\`, redirectUri: "/" } });
export const signInWithEntra = () => msal.loginPopup({ scopes: ["Mail.Read"] });
`,
      "src/router.tsx": `import { createBrowserRouter } from "react-router-dom";
import { inboxRoutes } from "#routes";
import { RequireAuth } from "./RequireAuth";
import { Landing } from "./Landing";
export const router = createBrowserRouter([
  { index: true, element: <Landing /> },
  { element: <RequireAuth />, children: [{ path: "/team", children: inboxRoutes }] },
]);
`,
      "src/inbox/routes.tsx": `import { lazy } from "react";
const Inbox = lazy(() => import("./Inbox"));
export const inboxRoutes = [{ path: ":id", element: <Inbox /> }, { path: "inbox", element: <Inbox /> }];
`,
      "src/inbox/Inbox.tsx": `import { msal } from "../auth";
export default function Inbox() { void fetch("https://graph.microsoft.com/v1.0/me/messages?$top=10"); }
`,
      "src/RequireAuth.tsx": `import { useIsAuthenticated } from "@azure/msal-react";
export const RequireAuth = () => (useIsAuthenticated() ? <Outlet /> : <Navigate to="/" />);
`,
      "src/Landing.tsx": `import { signInWithEntra } from "./auth";
export function Landing() {
  const handleStart = async () => { await signInWithEntra(); };
  return <main><button onClick={() => history.back()}>Back</button><button onClick={handleStart}><svg /><span>Get started</span></button></main>;
}
`,
    },
    found: [`client id    ${clientId}`, 'sign-in by "Get started"'],
    written: {
      "brownout/playwright.config.ts": [
        `VITE_ENTRA_CLIENT_ID: "${clientId}"`,
        "VITE_ENTRA_TENANT_ID: ",
      ],
      "brownout/open-app.ts": ['entra.api("https://graph.microsoft.com/v1.0/me/messages", '],
      "brownout/outage.spec.ts": ['await page.goto("/team/inbox");'],
    },
    script,
  },
  "an Angular page with a guard of its own, a menu of Material, and routes of several modules": {
    manifest: { scripts: { start: "ng serve" }, devDependencies: { "@playwright/test": "1.65.1" } },
    files: {
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@env/*": ["src/environments/*"] } } }\n`,
      "src/environments/environment.ts": `export const environment = { entra: { id: "${clientId}", tenant: "${tenant}" } };\n`,
      "src/app/app.config.ts": `import { PublicClientApplication } from "@azure/msal-browser";
import { environment } from "@env/environment";
export const msal = () => new PublicClientApplication({ auth: { clientId: environment.entra.id, authority: \`https://login.microsoftonline.com/\${environment.entra.tenant}\`, redirectUri: "/" } });
`,
      "src/app/app.routes.ts": `import { guestGuard, signedInGuard } from "./guards";
import { mailRoutes } from "./mail.routes";
export const routes = [
  { path: "", component: Home, canActivate: [guestGuard] },
  { path: "mail", canActivate: [signedInGuard], children: mailRoutes },
];
`,
      "src/app/mail.routes.ts": `import { Folder } from "./folder";
const routes = [{ path: "folder/:id", component: Folder }, { path: "folders", component: Folder }];
export { routes as mailRoutes };
`,
      "src/app/guards.ts": `import { MsalService } from "@azure/msal-angular";
export const signedInGuard = () => inject(MsalService).instance.getAllAccounts().length > 0;
export const guestGuard = () => inject(MsalService).instance.getAllAccounts().length === 0;
`,
      "src/app/folder.ts": `import { HttpClient } from "@angular/common/http";
export class Folder { constructor(readonly http: HttpClient) {} }
`,
      "src/app/home.component.html": `<button mat-raised-button [matMenuTriggerFor]="loginMenu">Login</button>
<mat-menu #loginMenu="matMenu">
  <button mat-menu-item (click)="begin()"><mat-icon>login</mat-icon> Login using Redirect</button>
</mat-menu>
`,
      "src/app/home.component.ts": "export class Home { begin() { this.auth.loginRedirect(); } }\n",
    },
    found: [`client id    ${clientId}`, `tenant       ${tenant}`],
    written: {
      "brownout/open-app.ts": [
        /getByRole\("button", \{ name: "Login" \}\).*\n.*getByRole\("menuitem", \{ name: "Login using Redirect" \}\)/,
      ],
      "brownout/outage.spec.ts": ['await page.goto("/mail/folders");'],
    },
    script,
  },
  "a page that loads its settings from a file when it starts": {
    manifest: vite,
    files: {
      "public/config.json": `{ "clientId": "${clientId}", "tenantId": "${tenant}" }\n`,
      "src/main.ts": `import { PublicClientApplication } from "@azure/msal-browser";
const config = await (await fetch("/config.json")).json();
export const msal = new PublicClientApplication({ auth: { clientId: config.clientId, authority: config.authority, redirectUri: "/" } });
`,
      "index.html":
        '<button id="in">Sign in</button><script type="module" src="/src/main.ts"></script>\n',
    },
    found: [`client id    ${clientId}`, `tenant       ${tenant}`],
    written: { "brownout/world.ts": [`tenant: "${tenant}"`] },
    script,
  },
};
