/** What every page of the server does: live parts, theme, dialogs, copying, times. */
import "./styles/index.css";
import htmx from "htmx.org";
import { confirmations } from "./confirm";
import { copies } from "./copy";
import { dialogs } from "./dialogs";
import { follows } from "./follow";
import { residues } from "./residues";
import { results } from "./results";
import { secureHtmx } from "./secure";
import { seeks } from "./seek";
import { tabs } from "./tabs";
import { themes } from "./theme";
import { times } from "./times";
import { uploads } from "./upload";
import "htmx-ext-sse";

secureHtmx(htmx);
themes();
dialogs();
confirmations();
copies();
times();
tabs();
follows();
seeks();
residues();
uploads();
results();
