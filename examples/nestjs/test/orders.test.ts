import { type INestApplication } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import supertest from "supertest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { AppModule } from "../src/app.module.js";
import { world } from "./world.js";

const entra = useEntra({ world });
let app: INestApplication;

beforeEach(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = await module.createNestApplication().init();
});
afterEach(() => app.close());

const scopes = ["api://orders/Orders.Read"];
const listOrders = (token: string) =>
  supertest(app.getHttpServer()).get("/orders").set("authorization", `Bearer ${token}`);

test("answers a person who has signed in, and no other", async () => {
  entra.api("https://stock.contoso.example/items", [{ id: 17, left: 3 }]);
  const { accessToken } = await entra.tokenFor("adele", { scopes });
  const answer = await entra.operate("list orders", () => listOrders(accessToken));
  expect(answer.body).toEqual({ orders: ["17"], stock: [{ id: 17, left: 3 }] });
  await listOrders("no token").expect(401);
});

test("answers through an hour without Entra", async () => {
  const { accessToken } = await entra.tokenFor("adele", { scopes });
  await entra.operate("list orders", () => listOrders(accessToken));
  entra.outage({ for: "1h" });
  for (let quarter = 0; quarter < 4; quarter += 1) {
    await entra.clock.advance("14m");
    await entra.operate("list orders", () => listOrders(accessToken));
  }
  expect(entra).toHaveKeptWorkingFromCache();
});
