import { useMsal } from "@azure/msal-react";
import { useCallback, useEffect, useState } from "react";
import { request } from "./auth";

/** The same without care: on every error the person is sent to Entra to sign in. */
export function CarelessProfile() {
  const { instance, accounts } = useMsal();
  const [account] = accounts;
  const [name, setName] = useState("");

  const load = useCallback(async () => {
    try {
      const { accessToken } = await instance.acquireTokenSilent({ ...request, account });
      const response = await fetch("https://graph.microsoft.com/v1.0/me", {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      const me = (await response.json()) as { displayName: string };
      setName(me.displayName);
    } catch {
      await instance.acquireTokenRedirect(request);
    }
  }, [instance, account]);

  useEffect(() => void load(), [load]);

  return (
    <>
      <p>{name}</p>
      <button onClick={() => void load()}>Reload</button>
    </>
  );
}
