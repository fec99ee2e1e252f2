/** The built app in this process, by Next's own programming interface for custom servers. */
import { createServer } from "node:http";
import next from "next";

export async function startApp() {
  const app = next({ dev: false });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise((resolve) => server.listen(3000, resolve));
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await app.close();
  };
}
