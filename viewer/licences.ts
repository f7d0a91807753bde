/**
 * A Vite plugin that puts the licences of the libraries inside the page into the page: whoever
 * passes a plot on passes them on too. The worker is bundled on its own, so both bundles collect.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const found = new Map<string, string>();

function licenceOf(module: string): void {
  const match = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(module);
  if (match === null || found.has(match[2])) return;
  const [, folder, name] = match;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  const path = join(folder, file ?? "package.json");
  if (existsSync(path)) found.set(name, readFileSync(path, "utf-8").trim());
}

/** Collects the libraries of a bundle. */
export function collectLicences(): Plugin {
  return {
    name: "collect-licences",
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk") Object.keys(part.modules).forEach(licenceOf);
      }
    },
  };
}

/** What was collected, as one text. */
function collected(): string {
  const texts = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${name}\n\n${text}`);
  return texts.join("\n\n----\n\n");
}

/** Writes what was collected into a file beside the scripts. */
export function licenceTexts(): Plugin {
  return {
    name: "licence-texts",
    generateBundle: {
      order: "post",
      handler() {
        this.emitFile({ type: "asset", fileName: "licences.txt", source: `${collected()}\n` });
      },
    },
  };
}

/** Writes what was collected at the end of the page, where no browser shows it. */
export function writeLicences(): Plugin {
  return {
    name: "write-licences",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler(html) {
        const words = `This page contains these libraries.\n\n${collected()}`;
        const element = `<script type="text/plain" id="holdfast-licences">\n${words.replace(/<\//g, "< /")}\n</script>`;
        return html.replace("</body>", () => `${element}\n</body>`);
      },
    },
  };
}
