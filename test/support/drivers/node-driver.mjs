/**
 * A driver in Node for tests: it asks the token endpoint itself. Its first argument names what it
 * does against the protocol; without one it keeps to it.
 */
import { createInterface } from "node:readline";

const [defect = "none"] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let opened;

async function acquire({ id, scopes }) {
  const { app, tenantId, authorityHost, secret } = opened;
  const response = await fetch(`${authorityHost}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: app.clientId,
      client_secret: secret,
      scope: scopes.join(" "),
    }),
  });
  const answer = await response.json();
  if (response.ok) return say({ id, ok: { accessToken: tokenOf(answer) } });
  if (defect === "swallows-errors") return say({ id, ok: { accessToken: "a.b.c" } });
  say({ id, error: { name: "OAuthError", code: answer.error, message: answer.error_description } });
}

function tokenOf(answer) {
  return defect === "no-token" ? 17 : answer.access_token;
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const { id } = message;
  if (message.do === "hello") {
    if (defect === "garbage") process.stdout.write("Starting up…\n");
    const protocol = defect === "other-version" ? "brownout/driver/9" : message.protocol;
    const time = defect === "wrong-clock" ? "virtual" : "real";
    const nowMs = defect === "wrong-clock" ? 0 : Date.now();
    say({
      id,
      ok: {
        protocol,
        name: "node-driver",
        version: "1",
        flows: ["client-credentials"],
        time,
        nowMs,
      },
    });
  } else if (message.do === "open") {
    opened = message;
    say({ id: defect === "wrong-id" ? id + 70 : id, ok: {} });
  } else if (message.do === "acquire") {
    if (defect === "dies") {
      process.stderr.write("Segmentation fault\n");
      process.exit(9);
    }
    if (defect === "twice") say({ id, ok: { accessToken: "a.b.c" } });
    if (defect !== "silent") void acquire(message);
  } else if (message.do === "close") {
    say({ id, ok: {} });
    process.exit(0);
  }
}
