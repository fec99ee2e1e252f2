import { InteractionRequiredAuthError } from "@azure/msal-browser";
import { useMsal } from "@azure/msal-react";
import { useCallback, useEffect, useState } from "react";
import { request } from "./auth";

/** The person who is signed in, from Microsoft Graph. What was read stays on the screen when it cannot be read again. */
export function Profile() {
  const { instance, accounts } = useMsal();
  const [account] = accounts;
  const [name, setName] = useState("");
  const [notice, setNotice] = useState("");

  const load = useCallback(async () => {
    try {
      const { accessToken } = await instance.acquireTokenSilent({ ...request, account });
      const response = await fetch("https://graph.microsoft.com/v1.0/me", {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      if (!response.ok) throw new Error(`Graph answered ${response.status}`);
      const me = (await response.json()) as { displayName: string };
      setName(me.displayName);
      setNotice("");
    } catch (error) {
      // Only this error says that the person can help.
      if (error instanceof InteractionRequiredAuthError) setNotice("Please sign in again.");
      else setNotice("Not available at the moment.");
    }
  }, [instance, account]);

  useEffect(() => void load(), [load]);

  return (
    <>
      <p>{name}</p>
      <p role="status">{notice}</p>
      <button onClick={() => void load()}>Reload</button>
    </>
  );
}
