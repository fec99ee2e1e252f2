/** The program of `report.html`: reads what the file carries and shows it. */
import { render } from "preact";
import { App } from "./app.tsx";
import { readReport } from "./embedded-report.ts";
import { applyTheme, storedTheme } from "./theme.ts";

applyTheme(storedTheme());
const page = document.getElementById("page");
if (page !== null) render(<App report={readReport()} />, page);
