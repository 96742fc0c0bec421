import "uplot/dist/uPlot.min.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/controls.css";
import "./styles/overview.css";
import "./styles/detail.css";
import "./styles/lists.css";
import "./styles/dqm.css";
import "./styles/phone.css";
import { render } from "preact";
import { App } from "./frame/app.tsx";

document.body.replaceChildren();
render(<App />, document.body);
