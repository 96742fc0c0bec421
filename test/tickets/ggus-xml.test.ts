import { describe, expect, it } from "vitest";
import { printGgus } from "../../src/tickets/ggus/print.ts";
import { parse, refusal } from "./support.ts";

const ticket = (id: string | number, subject = "pilots fail", more = "") =>
  `<ticket><Ticket-ID>${id}</Ticket-ID><VO>cms</VO><Last_Update>2021-03-04 05:06:07</Last_Update><Subject>${subject}</Subject>${more}</ticket>`;
const xml = (...tickets: readonly string[]) => `<?xml version="1.0"?>\n<tickets>\n${tickets.join("\n")}\n</tickets>\n`;
const read = (content: string, chunkSize?: number) => parse("ggus", content, "xml", chunkSize);

describe("GGUS XML", () => {
  it("gives the same ticket as the CSV, and its CMS site and creation besides", async () => {
    const more =
      "<Responsible_Unit>NGI_XX</Responsible_Unit><CMS_Site>T2_XX_Test</CMS_Site><Creation_Date>2021-03-01</Creation_Date>";
    const { tickets, problems } = await read(xml(ticket(4711, "pilots fail", more)));
    expect(problems).toEqual([]);
    expect(tickets[0]).toMatchObject({ cmsSite: "T2_XX_Test", createdAt: new Date("2021-03-01T00:00:00Z") });
    expect(tickets.map(printGgus)[0]).toMatchObject({
      TicketID: 4711,
      ResponsibleUnit: "NGI_XX",
      LastUpdate: "1614834367",
    });
  });

  it("reports a ticket that its parent leaves open, and reads on with the next", async () => {
    const { tickets, problems } = await read(`<r><t><ticket><Ticket-ID>1</Ticket-ID></t>${ticket(2)}</r>`);
    expect(tickets.map(({ id }) => id)).toEqual(["2"]);
    expect(problems).not.toEqual([]);
  });

  it("reads description and comments of a detailed export", async () => {
    const comments =
      "<Description>long story</Description><Comments><Comment><Date>2021-03-04</Date><Time>05:06</Time><Text>on it</Text></Comment></Comments>";
    const { tickets } = await read(xml(ticket(1, "x", comments)));
    expect(tickets.map(printGgus)[0]).toMatchObject({
      Description: "long story",
      Comments: [{ Date: "2021-03-04", Time: "05:06", Text: "on it" }],
    });
  });

  it("decodes XML's own entities once, and CDATA not at all", async () => {
    const { tickets } = await read(
      xml(ticket(1, "a &lt;b&gt; &amp;amp; &#233;&#xE9; &eacute; <![CDATA[<c> &amp; d]]>")),
    );
    expect(tickets[0]?.subject).toBe("a <b> &amp; éé &eacute; <c> &amp; d");
  });

  it("is not misled by markup in comments, CDATA, attributes and processing instructions", async () => {
    const { tickets, problems } = await read(
      `<!-- <ticket> --><?x </ticket> ?><export a="</ticket>">${ticket(1, "<![CDATA[</ticket>]]>")}<!-- </ticket> --></export>`,
    );
    expect(problems).toEqual([]);
    expect(tickets.map(({ subject }) => subject)).toEqual(["</ticket>"]);
  });

  it("reports tickets that are not well-formed by line and id, and reads the others", async () => {
    const { tickets, problems, isWhole } = await read(
      xml(
        ticket(1),
        ticket(2, "<b>bold</i>"),
        "<ticket><Ticket-ID>3</Ticket-ID><Subject>open",
        ticket(4),
        ticket(5, "a & b"),
      ),
    );
    expect(tickets.map(({ id }) => id)).toEqual(["1", "4"]);
    expect(problems).toMatchObject([
      { line: 4, id: "2", dropped: true },
      { line: 5, id: "3", dropped: true },
      { line: 7, id: "5", dropped: true },
    ]);
    expect(isWhole).toBe(true);
  });

  it("reports an element that is there twice", async () => {
    const { problems } = await read(xml(ticket(1, "x", "<Subject>y</Subject>")));
    expect(problems).toMatchObject([{ id: "1", field: "Subject", reason: "there are two <Subject> in one ticket" }]);
  });

  it("is not whole when it is cut off anywhere, and keeps the tickets before", async () => {
    const content = xml(ticket(1), ticket(2));
    const end = content.lastIndexOf("</tickets>");
    for (let length = content.indexOf("<ticket>") + 1; length < end + "</tickets>".length; length += 3) {
      const found = await read(content.slice(0, length));
      expect(found.isWhole, content.slice(0, length)).toBe(false);
    }
    expect((await read(content)).isWhole).toBe(true);
  });

  it("gives the same for any size of the pieces it arrives in", async () => {
    const content = xml(ticket(1, "é <![CDATA[<x>]]>"), "<ticket>", ticket(2), "<!-- c -->", ticket("x"));
    const whole = await read(content);
    for (const size of [1, 2, 5, 33]) {
      expect(await read(content, size)).toEqual(whole);
    }
  });

  it("reads the declared encoding and refuses an unknown one", async () => {
    const declared = (name: string) =>
      `<?xml version="1.0" encoding="${name}"?><tickets>${ticket(1, "délai")}</tickets>`;
    const latin = await parse("ggus", Buffer.from(declared("ISO-8859-1"), "latin1"), "xml");
    expect(latin.tickets[0]?.subject).toBe("délai");
    expect(await refusal("ggus", declared("klingon"), "xml")).toContain('encoding "klingon", which is unknown');
  });

  it.each(["<tickets/>", "<tickets></tickets>", "<?xml version='1.0'?><GGUS-tickets>\n</GGUS-tickets>"])(
    "takes %j for an empty export",
    async (content) => {
      expect(await read(content)).toMatchObject({ tickets: [], problems: [], isWhole: true });
    },
  );

  it.each([
    ["nothing", "", "is empty"],
    ["a CSV", "Ticket-ID;Type\n1;2\n", "is not XML"],
    ["a login page", "<!DOCTYPE html><p>Please sign in", "is a web page"],
    ["an error document", "<error>no rights</error>", "has no <ticket> in its <error>"],
    ["text in place of tickets", "<tickets>Access denied</tickets>", "has no <ticket>"],
    ["an external entity", '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/hostname">]><tickets/>', "document type"],
    ["an external document type", '<!DOCTYPE t SYSTEM "http://localhost/x.dtd"><tickets/>', "document type"],
    ["deep nesting", `<tickets>${"<a>".repeat(200)}`, "deeper than 100"],
    ["an endless element", `<tickets><ticket>${"x".repeat(9_000_000)}`, "more than 8 MB"],
  ])("refuses %s as a whole", async (_name, content, reason) => {
    expect(await refusal("ggus", content, "xml")).toContain(reason);
  });

  it("refuses a ticket with names that reach into objects, and stays unharmed", async () => {
    const harmful = "<__proto__><polluted>1</polluted></__proto__>";
    const { tickets, problems } = await read(xml(ticket(1, "x", harmful), ticket(2)));
    expect(tickets.map(({ id }) => id)).toEqual(["2"]);
    expect(problems).toMatchObject([{ id: "1" }]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
