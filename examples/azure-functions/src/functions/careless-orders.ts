/** GET /api/careless-orders: the same function without care. A credential for each invocation has an empty cache each time. */
import {
  app,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import { ClientSecretCredential } from "@azure/identity";

const { TENANT_ID = "", CLIENT_ID = "", CLIENT_SECRET = "" } = process.env;

export async function orders(
  _request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET);
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

app.http("careless-orders", { methods: ["GET"], authLevel: "anonymous", handler: orders });
