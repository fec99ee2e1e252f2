/** A module that creates its client when it is loaded. */
import { createOrders } from "./orders.js";

export const orders = createOrders();
