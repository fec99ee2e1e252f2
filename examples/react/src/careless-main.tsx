import { MsalProvider } from "@azure/msal-react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { msal } from "./auth";
import { CarelessProfile } from "./careless-profile";

await msal.initialize();
await msal.handleRedirectPromise();
createRoot(document.querySelector("#root") as HTMLElement).render(
  <StrictMode>
    <MsalProvider instance={msal}>
      <App>
        <CarelessProfile />
      </App>
    </MsalProvider>
  </StrictMode>,
);
