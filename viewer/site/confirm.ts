/** A form with `data-confirm="sentence"` asks first, in a dialog of ours. */
function dialog(sentence: string, act: string): HTMLDialogElement {
  const made = document.createElement("dialog");
  made.className = "ask";
  const words = document.createElement("p");
  words.textContent = sentence;
  const buttons = document.createElement("div");
  buttons.className = "actions";
  const no = document.createElement("button");
  no.className = "button quiet";
  no.type = "button";
  no.textContent = "Leave it";
  no.dataset["closes"] = "";
  const yes = document.createElement("button");
  yes.className = "button danger";
  yes.type = "button";
  yes.textContent = act;
  yes.addEventListener("click", () => made.close("yes"));
  buttons.append(no, yes);
  made.append(words, buttons);
  made.setAttribute("aria-label", act);
  return made;
}

export function confirmations(): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      const sentence = form.dataset["confirm"];
      if (sentence === undefined || form.dataset["confirmed"] === "yes") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter as HTMLButtonElement | null;
      const asking = dialog(sentence, button?.textContent?.trim() || "Go on");
      document.body.append(asking);
      asking.addEventListener("close", () => {
        asking.remove();
        if (asking.returnValue !== "yes") return;
        form.dataset["confirmed"] = "yes";
        form.requestSubmit(button);
        delete form.dataset["confirmed"];
      });
      asking.showModal();
    },
    { capture: true },
  );
}
