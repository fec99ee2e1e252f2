/** Light, dark, or as the system has it; kept for the next report that is opened here. */

export const themes = ["auto", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

const KEY = "brownout-report-theme";

/** What was chosen before; `auto` where nothing was, or where nothing can be kept. */
export function storedTheme(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}

/** Shows the page so from now on. */
export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser may keep nothing for files; then it is for this time only.
  }
}
