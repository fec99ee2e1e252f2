import { bootstrapApplication } from "@angular/platform-browser";
import { MSAL_INSTANCE, MsalBroadcastService, MsalService } from "@azure/msal-angular";
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";
import { App } from "./app";
import { msal } from "./auth";
import { httpProviders } from "./http";

if (location.pathname === "/redirect") await broadcastResponseToMainFrame();
else {
  await msal.initialize();
  await bootstrapApplication(App, {
    providers: [
      { provide: MSAL_INSTANCE, useValue: msal },
      MsalService,
      MsalBroadcastService,
      ...httpProviders,
    ],
  });
}
