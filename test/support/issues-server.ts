/** A server with the issues of one repository, as far as pipelines need GitHub's API. */
import { createServer } from "node:http";

/** It listens to nothing yet; comments are taken and forgotten. */
export function createIssuesServer() {
  const issues: { title: string; body: string; number: number; state: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      const [, number, comments] =
        /\/issues(?:\/(\d+)(\/comments)?)?/.exec(request.url ?? "") ?? [];
      const issue = issues[Number(number) - 1];
      const asked = (body === "" ? {} : JSON.parse(body)) as { title: string; body: string };
      if (request.method === "POST" && issue === undefined)
        issues.push({ ...asked, number: issues.length + 1, state: "open" });
      if (request.method === "PATCH") Object.assign(issue ?? {}, asked);
      const listed = comments === undefined ? issues : [];
      response.end(JSON.stringify(request.method === "GET" ? listed : (issue ?? issues.at(-1))));
    });
  });
  return { issues, server };
}
