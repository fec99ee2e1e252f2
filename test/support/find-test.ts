/** Whether a source has a test, or a group of them, of that very title, which is not left out. */
export function isTestIn(source: string, title: string): boolean {
  const live = source.replaceAll(/^ *\/\/.*$/gm, "");
  const called = RegExp.escape(title);
  return new RegExp(`(?<!\\.(?:skip|todo))\\(\\s*(["'\`])${called}\\1,`).test(live);
}
