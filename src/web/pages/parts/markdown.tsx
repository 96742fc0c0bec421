import { lexer, type Token, type Tokens } from "marked";
import type { ComponentChildren } from "preact";

/** Markdown as elements: text from outside is never read as HTML, and what is not known here stays text. */
export function Markdown({ text }: { readonly text: string }) {
  return <>{lexer(text).map(block)}</>;
}

/** Code, links and emphasis within a line. */
export function Inline({ text }: { readonly text: string }) {
  return (
    <>{lexer(text).flatMap((token) => ("tokens" in token && token.tokens ? token.tokens.map(inline) : [token.raw]))}</>
  );
}

function block(token: Token): ComponentChildren {
  switch (token.type) {
    case "heading": {
      const Heading = `h${Math.min(4, Math.max(2, (token as Tokens.Heading).depth))}` as "h2";
      return <Heading>{children(token)}</Heading>;
    }
    case "paragraph":
      return <p>{children(token)}</p>;
    case "code":
      return <pre tabIndex={0}>{(token as Tokens.Code).text}</pre>;
    case "list": {
      const { ordered, items } = token as Tokens.List;
      const List = ordered ? "ol" : "ul";
      return (
        <List class="plain">
          {items.map((item) => (
            <li key={item.raw}>{item.tokens.map(block)}</li>
          ))}
        </List>
      );
    }
    case "blockquote":
      return <blockquote>{(token as Tokens.Blockquote).tokens.map(block)}</blockquote>;
    case "text":
      return children(token);
    case "space":
      return null;
    case "hr":
      return <hr />;
    default:
      return <p>{token.raw}</p>;
  }
}

function children(token: Token): ComponentChildren {
  return "tokens" in token && token.tokens ? token.tokens.map(inline) : "text" in token ? token.text : token.raw;
}

function inline(token: Token): ComponentChildren {
  switch (token.type) {
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "strong":
      return <b>{children(token)}</b>;
    case "em":
      return <em>{children(token)}</em>;
    case "br":
      return <br />;
    case "link":
      return link(token as Tokens.Link);
    case "escape":
    case "text":
      return (token as Tokens.Text).text;
    default:
      return token.raw;
  }
}

/** Links to other runbooks lead to their pages; what is no address stays text. */
function link({ href, tokens }: Tokens.Link): ComponentChildren {
  const local = /^([a-z0-9-]+)\.md$/.exec(href)?.[1];
  const target = local === undefined ? href : `/runbooks/${local}`;
  const text = tokens.map(inline);
  return /^(https?:\/\/|\/(?!\/))/.test(target) ? <a href={target}>{text}</a> : text;
}
