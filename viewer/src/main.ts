/** Starts the page: finds the scene, opens the plot, keeps link and theme; asks for a file without one. */
import "./style.css";
import { make } from "./element";
import { address, remember, rememberedTheme, rememberTheme } from "./page";
import { Plot } from "./plot";
import { SceneError } from "./scene";
import { plain, unpacked } from "./unpack";

declare global {
  interface Window {
    /** The page's plot, for people at the console and for tests. */
    holdfastPlot?: Plot;
  }
}

/** Arrow files begin with this; we need the stream form. */
const FILE_MAGIC = "ARROW1";

async function open(container: HTMLElement, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (new TextDecoder().decode(bytes.subarray(0, 6)) === FILE_MAGIC) {
    throw new SceneError("This is an Arrow file; a scene is an Arrow stream.");
  }
  const theme = rememberedTheme();
  document.documentElement.dataset["theme"] = theme;
  window.holdfastPlot?.close();
  const plot = await Plot.open(container, bytes, {
    hash: location.hash,
    theme,
    themed: rememberTheme,
    rested: remember,
    link: () => location.href,
  });
  window.holdfastPlot = plot;
  document.title = `${plot.title} – Holdfast`;
}

/** The page without a scene: a place to drop one. */
function invite(container: HTMLElement, trouble = ""): void {
  const input = make("input", {
    type: "file",
    accept: ".arrow,.arrows,.scene,.gz",
    class: "visually-hidden",
    id: "scene-file",
    change: () => void take(container, input.files?.[0]),
  });
  const strokes = make("div", { class: "art", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  container.replaceChildren(
    make(
      "div",
      { class: "invite" },
      strokes,
      make("h1", {}, "Open a dot plot"),
      make("p", {}, "Drop a scene file here. It stays on this computer: nothing is sent anywhere."),
      input,
      make("label", { for: "scene-file", class: "button" }, "Choose a file"),
      trouble === "" ? null : make("p", { class: "trouble", role: "alert" }, trouble),
    ),
  );
}

async function take(container: HTMLElement, file: File | undefined): Promise<void> {
  if (file === undefined) return;
  await attempt(container, async () => {
    // Another scene has other contigs: the old view says nothing about it.
    if (window.holdfastPlot) history.replaceState(null, "", address(""));
    await open(container, await plain(new Uint8Array(await file.arrayBuffer())));
  });
}

async function attempt(container: HTMLElement, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    invite(container, error.message);
  }
}

function acceptDrops(container: HTMLElement): void {
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.documentElement.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) document.documentElement.classList.remove("dropping");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.documentElement.classList.remove("dropping");
    void take(container, event.dataTransfer?.files[0]);
  });
}

/** Open the scene that is inside the page, and say how far that is. */
async function openInside(container: HTMLElement, element: HTMLElement): Promise<void> {
  const elements = [element, ...document.querySelectorAll(".holdfast-scene-more")];
  const texts = elements.map(({ textContent }) => textContent ?? "");
  // The text of a large scene is not needed twice.
  for (const each of elements) each.textContent = "";
  const said = container.querySelector("[data-opening]");
  const bytes = await unpacked(texts, (share) => {
    if (said && share > 0) said.textContent = `Unpacking the plot: ${Math.round(share * 100)} %`;
  });
  if (said) said.textContent = "Reading the matches …";
  await open(container, bytes);
}

function start(): void {
  const container = document.getElementById("plot");
  const element = document.getElementById("holdfast-scene");
  if (container === null || element === null) throw new Error("The page has no place for a plot.");
  document.documentElement.dataset["theme"] = rememberedTheme();
  acceptDrops(container);
  addEventListener("keydown", (event) => {
    if (event.target === document.body) window.holdfastPlot?.key(event);
  });
  addEventListener("hashchange", () => window.holdfastPlot?.follow(location.hash));
  if (element.textContent.trim() === "") invite(container);
  else void attempt(container, () => openInside(container, element));
}

start();
