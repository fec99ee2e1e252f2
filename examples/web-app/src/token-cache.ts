/** MSAL's tokens of one person in Redis, so that every instance of the app has them, also after a restart. */
import { DistributedCachePlugin } from "@azure/msal-node";
import type { RedisClientType } from "redis";

const DAYS_KEPT = 3;

/** The plugin for the tokens of that person, by home account id; of someone who signs in it is not known yet. */
export function tokenCacheOf(redis: RedisClientType, homeAccountId?: string) {
  const keyOf = (id: string): string => `tokens:${id}`;
  return new DistributedCachePlugin(
    {
      get: async (key) => (await redis.get(key)) ?? "",
      async set(key, value) {
        await redis.set(key, value, { EX: DAYS_KEPT * 86_400 });
        return value;
      },
    },
    {
      getKey: async () => (homeAccountId === undefined ? "" : keyOf(homeAccountId)),
      extractKey: async (account) => keyOf(account.homeAccountId),
    },
  );
}
