import { BlockList, isIP, isIPv6 } from "node:net";

/** True when the address is one of the list, whose entries are addresses or networks such as `10.0.0.0/8`. */
export function isAmong(address: string, list: readonly string[]): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  if (isIP(plain) === 0) {
    return false;
  }
  const known = new BlockList();
  for (const entry of list) {
    const [base = "", bits] = entry.split("/");
    const family = isIPv6(base) ? "ipv6" : "ipv4";
    if (isIP(base) === 0) {
      continue;
    }
    if (bits === undefined) {
      known.addAddress(base, family);
    } else {
      known.addSubnet(base, Number(bits), family);
    }
  }
  return known.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}
