/** The same job without care: it asks the endpoint itself, each time, and again at once when that fails. */
const ATTEMPTS = 20;

export function createJob(): { run: () => Promise<readonly unknown[]> } {
  return {
    async run() {
      const response = await fetch("https://orders.contoso.example/v1.0/items", {
        headers: { authorization: `Bearer ${await getToken()}` },
      });
      if (!response.ok) throw new Error(`the orders API answered ${response.status}`);
      return [await response.json()];
    },
  };
}

async function getToken(): Promise<string> {
  const url = new URL("http://169.254.169.254/metadata/identity/oauth2/token");
  url.searchParams.set("api-version", "2018-02-01");
  url.searchParams.set("resource", "api://orders");
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const response = await fetch(url, { headers: { metadata: "true" } });
    if (response.ok) return ((await response.json()) as { access_token: string }).access_token;
  }
  throw new Error("no token of the machine's identity");
}
