/** GET /api/orders: the orders of the shop's API, which the function calls in its own name. */
import {
  app,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import { ClientSecretCredential } from "@azure/identity";

const { TENANT_ID = "", CLIENT_ID = "", CLIENT_SECRET = "" } = process.env;
// One for the life of the worker: its cache serves every invocation.
const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET);

export async function orders(
  _request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    const { token } = await credential.getToken("api://shop-orders/.default");
    const response = await fetch("https://orders.contoso.example/items", {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, jsonBody: await response.json() };
  } catch (error) {
    context.error("no orders", error);
    return { status: 503, headers: { "retry-after": "60" } };
  }
}

app.http("orders", { methods: ["GET"], authLevel: "anonymous", handler: orders });
