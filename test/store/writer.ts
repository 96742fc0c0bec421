import { openStore } from "../../src/store/open.ts";
import { trackedTicket } from "./samples.ts";

/**
 * A process that writes until it is killed, and prints each number once it was acknowledged.
 * Arguments: address of the store, first number.
 */
const [url = "", first = "0"] = process.argv.slice(2);
const store = await openStore({ url });
console.log("ready");
for (let number = Number(first); number < Number(first) + 100_000; number++) {
  await store.tickets.save([trackedTicket(`w${number}`)], []);
  await store.states.put(`written:${number}`, { number, padding: "x".repeat(500) });
  console.log(number);
}
