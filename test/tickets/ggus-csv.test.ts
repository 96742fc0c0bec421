import { describe, expect, it } from "vitest";
import { printGgus } from "../../src/tickets/ggus/print.ts";
import { parse, refusal } from "./support.ts";

const HEADER = "Ticket-ID;Type;VO;Site;Priority;Resp. Unit;Status;Last Update;Subject;Scope";
const row = (id: string | number, subject = "pilots fail", date = "2021-03-04 05:06:07") =>
  `${id};TEAM;cms;PIC-TEST;very urgent;NGI_XX;assigned;${date};${subject};WLCG`;
const csv = (...rows: readonly string[]) => `${[HEADER, ...rows].join("\n")}\n`;
const subjects = async (content: string) => (await parse("ggus", content)).tickets.map((ticket) => ticket.subject);

describe("GGUS CSV", () => {
  it("is printed with the names, numbers and times of the contract", async () => {
    const { tickets, problems } = await parse("ggus", csv(row(4711)));
    expect(problems).toEqual([]);
    expect(tickets.map(printGgus)).toEqual([
      {
        TicketID: 4711,
        Type: "TEAM",
        VO: "cms",
        Site: "PIC-TEST",
        Priority: "very urgent",
        ResponsibleUnit: "NGI_XX",
        Status: "assigned",
        LastUpdate: "1614834367",
        Subject: "pilots fail",
        Scope: "WLCG",
      },
    ]);
  });

  it.each([";", ",", "\t", "|"])("finds the separator %j from the column names", async (separator) => {
    const { tickets, problems } = await parse("ggus", csv(row(4711)).replaceAll(";", separator));
    expect(problems).toEqual([]);
    expect(tickets[0]).toMatchObject({ id: "4711", priority: "very urgent", status: "assigned" });
  });

  it("reads columns by their names, in any order, with unknown ones between", async () => {
    const { tickets } = await parse("ggus", "Subject;Extra;Last Update;Ticket-ID;__proto__\nslow;x;2021-03-04;12;y\n");
    expect(tickets[0]).toMatchObject({ id: "12", subject: "slow", updatedAt: new Date("2021-03-04T00:00:00Z") });
    expect(Object.keys(tickets[0]?.fields ?? {})).toEqual(["TicketID", "LastUpdate", "Subject"]);
  });

  it("says which usual columns are missing, and keeps the tickets", async () => {
    const { tickets, problems, isWhole } = await parse("ggus", "Ticket-ID;Subject\n12;slow\n");
    expect(tickets).toHaveLength(1);
    expect(problems.map((fault) => fault.field)).toContain("Status");
    expect(isWhole).toBe(true);
  });

  it("takes none and nothing for null, and words that only contain none as they are", async () => {
    const { tickets } = await parse("ggus", csv("1;none;;nonesuch;none;none;none;none;none of it works;none"));
    expect(tickets.map(printGgus)[0]).toMatchObject({
      Type: null,
      VO: null,
      Site: "nonesuch",
      Priority: null,
      LastUpdate: null,
      Status: null,
      Subject: "none of it works",
      Scope: null,
    });
  });

  it.each([
    ['xrootd says "no servers" again', 'xrootd says "no servers" again'],
    ['"quotes" at the start', '"quotes" at the start'],
    ['"wrapped; because of the separator"', "wrapped; because of the separator"],
    ['"wrapped; with "loose" quotes; inside"', 'wrapped; with "loose" quotes; inside'],
    ['"ends "loosely; here""', 'ends "loosely; here"'],
    ['"""strict"" quotes; doubled"', '"strict" quotes; doubled'],
    ['"never closed', '"never closed'],
    ['"a "b" c"', '"a "b" c"'],
  ])("reads the loosely quoted subject %s", async (cell, subject) => {
    expect(await subjects(csv(row(1, cell), row(2, "next")))).toEqual([subject, "next"]);
  });

  it("keeps a line break inside a quoted cell, and the line numbers after it", async () => {
    const { tickets, problems } = await parse("ggus", csv(row(1, '"two\nlines"'), row("x"), row(3)));
    expect(tickets.map((ticket) => ticket.subject)).toEqual(["two\nlines", "pilots fail"]);
    expect(problems).toMatchObject([{ line: 4, field: "TicketID" }]);
  });

  it("loses one row to an open quote, not the rest of the file", async () => {
    const rows = Array.from({ length: 300 }, (_, index) => row(index + 2));
    const { tickets } = await parse("ggus", csv('1;"open;b', ...rows));
    expect(tickets).toHaveLength(300);
  });

  it("reports rows with a wrong number of cells by line and id, and passes over blank lines", async () => {
    const { tickets, problems, unreadable, isWhole } = await parse(
      "ggus",
      csv(row(1), "2;USER;cms", "", row(3), row(4, "one; two"), ";;"),
    );
    expect(tickets.map((ticket) => ticket.id)).toEqual(["1", "3"]);
    expect(problems.map(({ line, id, reason }) => ({ line, id, reason }))).toEqual([
      { line: 3, id: "2", reason: "has 3 cells instead of 10" },
      { line: 6, id: "4", reason: "has 11 cells instead of 10" },
      { line: 7, id: null, reason: "has 3 cells instead of 10" },
    ]);
    expect([...unreadable]).toEqual(["2", "4"]);
    expect(isWhole).toBe(false);
  });

  it.each(["-5", "0", "007", "1e5", "0x10", "3.14", "12abc", "", "9007199254740993", "１２", "NaN"])(
    "refuses %j as a ticket number",
    async (id) => {
      const { tickets, problems, isWhole } = await parse("ggus", csv(row(id), row(5)));
      expect(tickets.map((ticket) => ticket.id)).toEqual(["5"]);
      expect(problems).toMatchObject([{ line: 2, field: "TicketID", dropped: true }]);
      expect(isWhole).toBe(false);
    },
  );

  it.each(["9999-12-31", "0000-00-00 00:00:00", "2020-02-30", "2020-07-14 24:00:00", "1969-12-31", "14/07/2020"])(
    "refuses %j as a time, and says that the ticket is there",
    async (date) => {
      const { tickets, problems, unreadable, isWhole } = await parse("ggus", csv(row(7, "x", date)));
      expect(tickets).toEqual([]);
      expect(problems).toMatchObject([{ line: 2, id: "7", field: "LastUpdate" }]);
      expect([...unreadable]).toEqual(["7"]);
      expect(isWhole).toBe(true);
    },
  );

  it("keeps of several tickets with one number the one updated last, and reports the others", async () => {
    const { tickets, problems } = await parse(
      "ggus",
      csv(row(1, "first"), row(1, "latest", "2021-03-05"), row(1, "oldest", "2021-03-01")),
    );
    expect(tickets.map((ticket) => ticket.subject)).toEqual(["latest"]);
    expect(problems.map((fault) => fault.line)).toEqual([3, 4]);
  });

  it("does not take a row for whole that the end of the file cuts off", async () => {
    const cut = await parse("ggus", csv(row(1), row(2)).slice(0, -20));
    expect(cut).toMatchObject({ isWhole: false, tickets: [{ id: "1" }] });
    // All cells are there, but the last one may be cut, and rows after it missing.
    const unended = await parse("ggus", csv(row(1), row(2)).slice(0, -1));
    expect(unended).toMatchObject({ isWhole: false, tickets: [{ id: "1" }, { id: "2" }] });
  });

  it("reads windows-1252 where a line is not UTF-8, UTF-16 by its mark, and passes over a byte order mark", async () => {
    const latin = Buffer.concat([Buffer.from(csv(row(1, "délai"))), Buffer.from(row(2, "Größe"), "latin1")]);
    expect((await parse("ggus", latin)).tickets.map((ticket) => ticket.subject)).toEqual(["délai", "Größe"]);
    const wide = Buffer.from(`\uFEFF${csv(row(3, "délai"))}`, "utf16le");
    expect((await parse("ggus", wide)).tickets.map((ticket) => ticket.subject)).toEqual(["délai"]);
    expect(await subjects(`\uFEFF${csv(row(4))}`)).toEqual(["pilots fail"]);
  });

  it("gives the same for any size of the pieces it arrives in", async () => {
    const content = csv(row(1, '"wrapped; "loose"; é"'), row(2, '"two\nlines"'), "3;x", row(4)).replaceAll(
      "\n",
      "\r\n",
    );
    const whole = await parse("ggus", content);
    for (const size of [1, 2, 7, 64]) {
      expect(await parse("ggus", content, "csv", size)).toEqual(whole);
    }
  });

  it("is an empty list when there are only column names", async () => {
    expect(await parse("ggus", csv())).toMatchObject({ tickets: [], problems: [], isWhole: true });
  });

  it.each([
    ["", "is empty"],
    ["\n\n", "is empty"],
    ["<!DOCTYPE html><title>Sign in</title>", 'web page ("Sign in")'],
    ["a;b;c\n1;2;3\n", 'no column "Ticket-ID"'],
  ])("refuses %j as a whole", async (content, reason) => {
    expect(await refusal("ggus", content)).toContain(reason);
  });

  it("refuses a line of more than 8 MB without reading on", async () => {
    expect(await refusal("ggus", `${HEADER}\n${"x".repeat(9_000_000)}`)).toContain("more than 8 MB");
  });
});
