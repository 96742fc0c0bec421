import { describe, expect, it } from "vitest";
import { printJira } from "../../src/tickets/jira/parse.ts";
import { parse, refusal } from "./support.ts";

const issue = (fields: Record<string, unknown> = {}, key: unknown = "CMSKUBERNETES-12") => ({
  id: "1",
  key,
  fields: {
    summary: "Move ingress to the new cluster",
    description: "as agreed",
    status: { name: "In Progress", statusCategory: { key: "indeterminate" } },
    priority: { name: "Major" },
    issuetype: { name: "Task" },
    project: { key: "CMSKUBERNETES", name: "CMS Kubernetes" },
    components: [{ name: "frontend" }],
    labels: ["k8s"],
    created: "2025-03-04T05:06:07.000+0100",
    updated: "2025-03-05T00:00:00.000+0000",
    duedate: null,
    ...fields,
  },
});
const read = (...issues: readonly unknown[]) =>
  parse("jira", JSON.stringify({ startAt: 0, total: issues.length, issues }));

describe("Jira", () => {
  it("reads an issue, its times with their zone", async () => {
    const { tickets, problems } = await read(issue());
    expect(problems).toEqual([]);
    expect(tickets[0]).toMatchObject({
      system: "jira",
      id: "CMSKUBERNETES-12",
      description: "as agreed",
      status: "In Progress",
      priority: "Major",
      createdAt: new Date("2025-03-04T04:06:07Z"),
      url: "https://its.cern.ch/jira/browse/CMSKUBERNETES-12",
    });
    expect(tickets.map(printJira)[0]).toMatchObject({
      key: "CMSKUBERNETES-12",
      components: "frontend",
      project: "CMSKUBERNETES",
    });
  });

  it("reads the text of a description that is a document tree", async () => {
    const paragraph = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
    const { tickets } = await read(
      issue({ description: { type: "doc", content: [paragraph("one"), paragraph("two")] } }),
    );
    expect(tickets[0]?.description).toBe("one\ntwo");
  });

  it("reads an issue with as little as a summary, a status and a creation", async () => {
    const bare = { summary: "x", status: { name: "Open" }, created: "2025-03-04T05:06:07.000Z" };
    const { tickets } = await parse("jira", JSON.stringify({ issues: [{ key: "AB-1", fields: bare }] }));
    expect(tickets[0]).toMatchObject({ id: "AB-1", priority: null, description: "", updatedAt: null });
  });

  it.each([
    [issue({ created: "yesterday" }), "fields.created", "CMSKUBERNETES-12"],
    [issue({ status: null }), "fields.status", "CMSKUBERNETES-12"],
    [issue({}, "../../etc"), "key", null],
    [null, null, null],
  ])("reports what is wrong with an issue", async (bad, field, id) => {
    const { tickets, problems } = await read(bad, issue({}, "AB-2"));
    expect(tickets.map((ticket) => ticket.id)).toEqual(["AB-2"]);
    expect(problems).toMatchObject([{ field, id, place: "issues[0]" }]);
  });

  it.each([
    ['{"errorMessages":["The value is invalid"],"errors":{}}', '"The value is invalid"'],
    ["[]", "not a list of issues"],
    ["<html>", "web page"],
  ])("refuses %j as a whole", async (content, reason) => {
    expect(await refusal("jira", content)).toContain(reason);
  });
});
