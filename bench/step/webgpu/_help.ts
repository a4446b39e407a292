/** What `--help` prints. */
export const gpuHelp =
  `Times whole training steps on WebGPU, every contender a process of its own on one adapter, all in turn.

  deno task bench:step --device webgpu [options]

  --cells A,B,default   of A, B, C, G (256 wide, 128 × 101 tokens), tiny, default (the default pipeline's iteration)
  --contenders …        of replayed, eager, tfjs, jax-js, torch, torch-graph; all
  --rounds 5            in each of which everybody runs once
  --turn 700            ms of each of a contender's three parts of a round; 3 steps at least, 1 where a step takes longer
  --losses 20           steps whose losses are compared, fewer where they take long
  --minutes 9           after which no further round begins
  --jax FILE            dist/index.js of @jax-js/jax, where Deno's cache lacks it (else: deno cache npm:@jax-js/jax@0.1.25)
  --python PROGRAM      a Python with torch and CUDA; one is looked for
  --profile             where our replay's time goes, every dispatch timed by the GPU (timestamp-query)
  --out FOLDER          step_webgpu.json and step_webgpu.md, written after each cell

Host: until submit returned, the GPU being idle before; software GPUs compute meanwhile. Whole step: many queued one behind
another, until the GPU was done, so that the 10 ms that Deno takes to notice are paid once. Intermediates: bytes of a step
as it runs eagerly, and as the replay lays them out. Held: all storage buffers, or what PyTorch has reserved.

On a machine without Deno and network, packed here, in the root of the repository, into 45 MB:

  mkdir -p .gpu/jax && cp "$(command -v deno)" .gpu/deno && cp "\${DENO_DIR:-$HOME/.cache/deno}"/npm/*/@jax-js/jax/0.1.25/dist/*.js .gpu/jax/
  XZ_OPT=-2 tar cJf .gpu/all.txz --exclude='*.map' --exclude='*.ts' --exclude='*.cts' --exclude='*.mts' \\
    --exclude='*.min.js' --exclude='*es2017*' --exclude='*.fesm.js' --exclude='tf-*[!e].js' --exclude='tf.js' --exclude='*.ttf' \\
    --exclude='*/miniprogram' --exclude='*/effect/src' --exclude='*/binaryen/*.js' --exclude='*/binaryen/bin' \\
    --exclude='*/assemblyscript/dist' node_modules .gpu/deno .gpu/jax
  rm -r .gpu/deno .gpu/jax

and run there, in a copy of the tree with .gpu/all.txz and a Vulkan loader and driver (no xz: python3 -m tarfile -e):

  tar xJf .gpu/all.txz && DENO_DIR=$PWD/.gpu/cache .gpu/deno run -A --no-check --cached-only bench/step.ts \\
    --device webgpu --cells A,B,G,default --profile --jax "$PWD/.gpu/jax/index.js" --out "$OUT"
`;
