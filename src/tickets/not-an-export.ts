import { UserError } from "../alert/user-error.ts";

/** Refuses text that begins like a web page: a login page sent with status 200 is not an empty list of tickets. */
export function refuseWebPage(start: string, where: string): void {
  if (/^\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/is.test(start.slice(0, 2000))) {
    const title = /<title[^>]*>([^<]{1,80})/i.exec(start.slice(0, 2000))?.[1]?.trim();
    throw new UserError(
      title === undefined ? "is a web page" : `is a web page ("${title}")`,
      where,
      "it looks like a login page: check the certificate or token",
    );
  }
}
