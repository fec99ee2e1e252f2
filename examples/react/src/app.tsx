import { AuthenticatedTemplate, UnauthenticatedTemplate, useMsal } from "@azure/msal-react";
import type { ReactNode } from "react";
import { request } from "./auth";

export function App({ children }: { children: ReactNode }) {
  const { instance } = useMsal();
  return (
    <main>
      <h1>Profile</h1>
      <UnauthenticatedTemplate>
        <button onClick={() => void instance.loginPopup(request)}>Sign in</button>
      </UnauthenticatedTemplate>
      <AuthenticatedTemplate>{children}</AuthenticatedTemplate>
    </main>
  );
}
