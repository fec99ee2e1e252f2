/** A web app that signs people in: a server of Node, and MSAL Node with the authorization code flow. */
const { createServer } = require("node:http");
const { ConfidentialClientApplication } = require("@azure/msal-node");

const scopes = ["User.Read"];

exports.createPortal = function createPortal() {
  const client = new ConfidentialClientApplication({
    auth: {
      authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
      clientId: "33333333-cccc-4ccc-8ccc-000000000013",
      clientSecret: "fixture-secret-of-portal",
    },
  });
  const sessions = new Map();

  async function answer(request, response) {
    const url = new URL(request.url, `http://${request.headers.host}`);
    // Entra takes any port of localhost.
    const redirectUri = new URL("/redirect", url).href;
    if (url.pathname === "/auth/signin") {
      const location = await client.getAuthCodeUrl({ scopes, redirectUri });
      response.writeHead(302, { location }).end();
    } else if (url.pathname === "/redirect") {
      const code = url.searchParams.get("code");
      const { account } = await client.acquireTokenByCode({ scopes, redirectUri, code });
      const id = `session-${sessions.size + 1}`;
      sessions.set(id, account.name);
      response.writeHead(302, { location: "/profile", "set-cookie": `id=${id}; HttpOnly` }).end();
    } else {
      const name = sessions.get(request.headers.cookie?.slice("id=".length));
      if (name === undefined) response.writeHead(401).end("Who are you?");
      else response.writeHead(200).end(`Hello ${name}`);
    }
  }
  return createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(503).end("Sign-in is not available"));
  });
};
