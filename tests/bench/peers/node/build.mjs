// One bundle for each job, as one would deploy them: a function loads its own code and nothing else.
import { build } from "esbuild";

await build({
  entryPoints: ["src/submit.mjs", "src/decline.mjs", "src/close.mjs"],
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "esm",
  mainFields: ["module", "main"],
  // Some dependencies are CommonJS and ask for Node's own modules by `require`.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});
