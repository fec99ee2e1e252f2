/** The OpenAPI 3.1 document of the control API, from its routes. */
import { brownoutVersion } from "../../core/version.ts";
import { jsonSchemaOf } from "../../core/validation.ts";
import type { Route } from "./route.ts";

/** The document. */
export function createOpenApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes)
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "Brownout, control of a served simulation",
      version: brownoutVersion,
      description:
        "The token is in the ready file: brownout serve --ready-file FILE. Errors have { error: { message, code, place, hint } }.",
    },
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{ token: [] }],
  };
}

function operationOf({ method, path, summary, open, query = [], body }: Route): object {
  const inPath = path.includes("{id}")
    ? [{ name: "id", in: "path", required: true, schema: { type: "string" } }]
    : [];
  const inQuery = query.map((name) => ({ name, in: "query", schema: { type: "string" } }));
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-z]+/g, "-").replace(/-$/, "")}`,
    summary,
    ...(open === true ? { security: [] } : {}),
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(body === undefined
      ? {}
      : { requestBody: { content: { "application/json": { schema: jsonSchemaOf(body) } } } }),
    responses: {
      "200": { description: "Done." },
      "400": { description: "What was asked for cannot be." },
      ...(open === true ? {} : { "401": { description: "The token is missing or wrong." } }),
    },
  };
}
