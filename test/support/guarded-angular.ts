/** Sources that make of the Angular example an app without a sign-in button, whose guard sends people to sign in. */

/** By file name in `src/`. */
export const guardedAngular: Readonly<Record<string, string>> = {
  "app.ts": `import { Component, inject } from "@angular/core";
import { RouterOutlet } from "@angular/router";
import { MsalService } from "@azure/msal-angular";

@Component({ selector: "app-root", imports: [RouterOutlet], template: "<router-outlet />" })
export class App {
  constructor() {
    inject(MsalService).handleRedirectObservable().subscribe();
  }
}
`,
  "home.ts": `import { Component } from "@angular/core";

@Component({ selector: "app-home", template: "<h1>Welcome</h1>" })
export class Home {}
`,
  "routes.ts": `import type { Routes } from "@angular/router";
import { MsalGuard } from "@azure/msal-angular";
import { Home } from "./home";

export const routes: Routes = [
  { path: "", component: Home },
  {
    path: "account",
    canActivate: [MsalGuard],
    children: [
      { path: "help", component: Home },
      { path: "profile", loadComponent: () => import("./profile").then(({ Profile }) => Profile) },
      { path: ":id", component: Home },
    ],
  },
];
`,
  "main.ts": `import { bootstrapApplication } from "@angular/platform-browser";
import { provideRouter } from "@angular/router";
import {
  MSAL_GUARD_CONFIG,
  MSAL_INSTANCE,
  MsalBroadcastService,
  MsalGuard,
  MsalService,
} from "@azure/msal-angular";
import { InteractionType } from "@azure/msal-browser";
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";
import { App } from "./app";
import { msal, request } from "./auth";
import { httpProviders } from "./http";
import { routes } from "./routes";

if (location.pathname === "/redirect") await broadcastResponseToMainFrame();
else {
  await msal.initialize();
  await bootstrapApplication(App, {
    providers: [
      provideRouter(routes),
      { provide: MSAL_INSTANCE, useValue: msal },
      {
        provide: MSAL_GUARD_CONFIG,
        useValue: { interactionType: InteractionType.Redirect, authRequest: request },
      },
      MsalService,
      MsalBroadcastService,
      MsalGuard,
      ...httpProviders,
    ],
  });
}
`,
};
