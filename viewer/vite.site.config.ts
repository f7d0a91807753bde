import { defineConfig } from "vite";
import { collectLicences, licenceTexts } from "./licences";

// The pages of the server: their script and looks, and the viewer as a page of the server has it.
// Unlike the page from a disk these are files of their own: their policy allows nothing inline.
export default defineConfig({
  base: "./",
  plugins: [collectLicences(), licenceTexts()],
  // Workers are files as well: a browser reads them beside the page's script.
  resolve: { alias: [{ find: /^(.*\.worker)\?worker&inline$/, replacement: "$1?worker" }] },
  worker: {
    format: "iife",
    plugins: () => [collectLicences()],
    rollupOptions: { output: { entryFileNames: "[name].js" } },
  },
  build: {
    target: "es2022",
    outDir: "dist/site",
    emptyOutDir: true,
    reportCompressedSize: false,
    cssCodeSplit: true,
    modulePreload: false,
    rollupOptions: {
      input: { site: "site/site.ts", viewer: "src/served.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
