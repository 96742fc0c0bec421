import { InvalidArgumentError } from "commander";
import { UserError } from "../../alert/user-error.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

/** `cmswatch demo` and `cmswatch serve`: the whole of cmswatch, until it is interrupted. */
export const registerServe: RegisterCommand = (program, context) => {
  const demo = program
    .command("demo")
    .description("run everything on embedded parts and a simulated CMSWEB")
    .option("--config <file>", "configuration to start from")
    .option("--port <port>", "port of the page", readPort)
    .action((options: { config?: string; port?: number }) =>
      context.serve({
        config: options.config ?? null,
        demo: true,
        ...(options.port === undefined ? {} : { port: options.port }),
      }),
    );
  demo
    .command("next")
    .description("tell the next step of the story (or the one named) in a demo that runs")
    .argument("[step]", "step, by its name; see --list")
    .option("--url <url>", "address of the running demo", DEMO_URL)
    .option("--list", "only print the steps")
    .option("--json", "print where the story is as JSON")
    .action((step: string | undefined, options: NextOptions) => tellNext(step ?? null, options, context));
  program
    .command("serve")
    .description("run everything, for real")
    .requiredOption("--config <file>", "configuration (YAML)")
    .action((options: { config: string }) => context.serve({ config: options.config, demo: false }));
};

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError("a port is a number from 0 to 65535 (0: any free one)");
  }
  return port;
}

const DEMO_URL = "http://127.0.0.1:8420";

interface NextOptions {
  readonly url: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** The part of the story's answer that is printed. */
interface ToldStory {
  readonly steps: readonly { readonly id: string; readonly title: string; readonly state: string }[];
  readonly now: { readonly title: string; readonly happens: string; readonly purpose: string; readonly look: string };
}

async function tellNext(step: string | null, options: NextOptions, { out }: CommandContext): Promise<void> {
  const path = options.list === true ? "" : step === null ? "/next" : `/steps/${encodeURIComponent(step)}`;
  const url = new URL(`/demo/story${path}`, options.url);
  const { default: axios } = await import("axios");
  const answer = await axios
    .request<ToldStory & { error?: { what: string; hint: string } }>({
      url: url.toString(),
      method: path === "" ? "GET" : "POST",
      validateStatus: () => true,
      timeout: 10_000,
    })
    .catch((error: Error) => {
      throw new UserError(`no demo answers (${error.message})`, options.url, "start one: cmswatch demo", {
        cause: error,
      });
    });
  if (answer.status !== 200) {
    const { what, hint } = answer.data.error ?? { what: `answers ${answer.status}`, hint: "is this the demo?" };
    throw new UserError(what, options.url, hint);
  }
  const { steps, now } = answer.data;
  if (options.json === true) {
    out(`${JSON.stringify(answer.data, null, 2)}\n`);
  } else if (options.list === true) {
    out(steps.map(({ id, title, state }) => `${state === "now" ? ">" : " "} ${id.padEnd(14)} ${title}\n`).join(""));
  } else {
    out(`${now.title}: ${now.happens}\n  for   ${now.purpose}\n  look  ${now.look}\n`);
  }
}
