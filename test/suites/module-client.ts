/** A program with one client for its module, as many are. */
import { startShop } from "../../fixtures/node-app/good.ts";

export const loadOrders = startShop();
