/** Whether a route is for people who are signed in: by what its router asks, or by what stands around its page. */
import type { Evaluator } from "./evaluate.ts";
import { mentions, sourceAt, type SourceAt } from "./source-at.ts";
import { type Fields, isNode, nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/** What MSAL has for that, by itself. */
const MSAL_GUARDS = /^(?:MsalGuard|MsalAuthenticationTemplate|useMsalAuthentication)$/;

/** What a guard of one's own reads. */
const READS =
  /^(?:MsalService|useIsAuthenticated|AuthenticatedTemplate|useMsal|getAllAccounts|getActiveAccount|acquireToken\w*|login(?:Redirect|Popup)|is(?:Authenticated|LoggedIn|SignedIn))$/;

const GUARD_NAME = /auth|msal|login|log_?in|sign|guard|protect|private|secure|require/i;

/** Guards that keep people away who are signed in. */
const OPPOSITE = /^(?:no|un|non|not|guest|anonymous|public|redirectIf)/i;

/** `canActivate: [MsalGuard]` of Angular, `beforeEnter: requireSignIn` of Vue, `loader: requireAuth` of React Router, `meta: { requiresAuth: true }`. */
export function isGuardedObject({ node, module }: SourceAt, evaluator: Evaluator): boolean {
  const guards = ["canActivate", "canActivateChild", "canMatch", "beforeEnter", "loader"].map(
    (name) => fieldOf(node, name),
  );
  let isGuarded = saysSo(fieldOf(node, "meta"));
  visitNodes(guards, (inner) => {
    if (inner.type === "Identifier") isGuarded ||= isGuard(inner, module, evaluator);
  });
  return isGuarded;
}

function saysSo(meta: unknown): boolean {
  if (!isNode(meta) || meta.type !== "ObjectExpression") return false;
  return meta.properties.some((property) => {
    if (property.type !== "ObjectProperty" || property.value.type !== "BooleanLiteral")
      return false;
    const name = nameOf(property.key) ?? "";
    return property.value.value && GUARD_NAME.test(name) && !OPPOSITE.test(name);
  });
}

/** Whether what a route shows is inside of a guard, or is a page that has one: `<RequireAuth><Inbox /></RequireAuth>`. */
export function elementIsGuarded(
  element: unknown,
  module: SourceModule,
  evaluator: Evaluator,
): boolean {
  let isGuarded = false;
  visitNodes(element, (node) => {
    if (node.type !== "JSXIdentifier" && node.type !== "Identifier") return;
    const at = sourceAt(node, module, evaluator);
    isGuarded ||=
      isGuard(node, module, evaluator) ||
      (at !== undefined && mentions(at, MSAL_GUARDS, evaluator, 0));
  });
  return isGuarded;
}

/** One of MSAL's, or one of the project's own whose name says so and which reads who is signed in. */
function isGuard(node: Fields, module: SourceModule, evaluator: Evaluator): boolean {
  const name = nameOf(node) ?? "";
  if (MSAL_GUARDS.test(name) || READS.test(name)) return true;
  if (!GUARD_NAME.test(name) || OPPOSITE.test(name)) return false;
  const at = sourceAt(node, module, evaluator);
  return at !== undefined && mentions(at, READS, evaluator, 2);
}

/** The value of a property of an object. */
export function fieldOf(node: unknown, name: string): unknown {
  if (!isNode(node) || node.type !== "ObjectExpression") return undefined;
  const property = node.properties.find(
    (one) => one.type !== "SpreadElement" && nameOf(one.key) === name,
  );
  return property?.type === "ObjectProperty" ? property.value : property;
}
