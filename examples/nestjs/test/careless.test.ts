/** The API with the careless guard fails the outage test, and its timeline says why: `red.txt`. */
import { readFileSync } from "node:fs";
import { Test } from "@nestjs/testing";
import supertest from "supertest";
import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { AppModule } from "../src/app.module.js";
import { AuthGuard } from "../src/auth.guard.js";
import { CarelessAuthGuard } from "../src/careless-auth.guard.js";
import { world } from "./world.js";

const entra = useEntra({ world });
const red = readFileSync(new URL("red.txt", import.meta.url), "utf8").trim();

test("a guard that fetches its keys every ten minutes fails the outage test", async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideGuard(AuthGuard)
    .useClass(CarelessAuthGuard)
    .compile();
  const app = await module.createNestApplication().init();
  const scopes = ["api://orders/Orders.Read"];
  const { accessToken } = await entra.tokenFor("adele", { scopes });
  const listOrders = () =>
    supertest(app.getHttpServer()).get("/orders").set("authorization", `Bearer ${accessToken}`);
  await entra.operate("list orders", listOrders);
  entra.outage({ for: "1h" });
  await entra.clock.advance("14m");
  await entra.operate("list orders", listOrders);
  await app.close();
  expect(entra).not.toHaveKeptWorkingFromCache();
  expect(entra.timeline()).toContain(red);
});
