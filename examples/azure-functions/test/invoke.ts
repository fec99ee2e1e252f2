/** Calls a function as the host does. */
import {
  type HttpHandler,
  HttpRequest,
  type HttpResponseInit,
  InvocationContext,
} from "@azure/functions";

export async function invoke(handler: HttpHandler): Promise<HttpResponseInit> {
  const request = new HttpRequest({ method: "GET", url: "http://localhost:7071/api/orders" });
  const context = new InvocationContext({ functionName: "orders", logHandler: () => undefined });
  return (await handler(request, context)) as HttpResponseInit;
}
