/** A program with one client for its module, as many are. */
import { createOrders } from "../../examples/node/orders.ts";

export const loadOrders = createOrders().load;
