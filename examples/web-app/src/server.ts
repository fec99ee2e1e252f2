/** `node src/server.ts [careless]`: one instance of the app. */
import { createClient, type RedisClientType } from "redis";
import { createApp } from "./app.ts";
import { createApp as createCarelessApp } from "./careless-app.ts";

const port = Number(process.env["PORT"] ?? 3000);
const redis: RedisClientType = createClient({
  url: process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379",
});
await redis.connect();
const create = process.argv[2] === "careless" ? createCarelessApp : createApp;
create(redis, `http://localhost:${port}`).listen(port, () => {
  console.log(`listens on port ${port}`);
});
