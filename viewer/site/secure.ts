/** htmx within the pages' policy: nothing inline, nothing evaluated, requests that prove themselves. */
import type htmx from "htmx.org";

/** What proves that a request comes from a page of ours. */
export const csrf = (): string => document.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content ?? "";

export function secureHtmx(library: typeof htmx): void {
  Object.assign(library.config, {
    allowEval: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    historyCacheSize: 0,
    scrollBehavior: "auto",
    defaultSettleDelay: 0, // what was just shown answers to keys at once, not a moment later
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event as CustomEvent<{ headers: Record<string, string> }>;
    detail.headers["X-CSRF"] = csrf();
  });
  // A refusal is a sentence too: it is shown where the answer would have been.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>;
    const isOurs = detail.xhr.getResponseHeader("HX-Notice") !== null;
    if (isOurs) Object.assign(detail, { shouldSwap: true, isError: false });
  });
}
