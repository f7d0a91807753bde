import { defineConfig } from "vitest/config";
import { collectLicences, writeLicences } from "./licences";
import { viteSingleFile } from "vite-plugin-singlefile";

// The page must work from a disk without a network: everything is inlined into one HTML file.
export default defineConfig({
  base: "./",
  plugins: [collectLicences(), writeLicences(), viteSingleFile({ removeViteModuleLoader: true })],
  // A browser refuses module workers to a page opened from a disk; classic ones it allows.
  worker: { format: "iife", plugins: () => [collectLicences()] },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    reportCompressedSize: false,
    rollupOptions: { input: "plot.html" },
  },
  test: { environment: "node", include: ["tests/**/*.test.ts"] },
});
