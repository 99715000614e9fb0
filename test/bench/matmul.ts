import { openEngine } from '../../src/policy/engines/open.ts';

/**
 * What a bare matrix product reaches on one thread of the onnx engine, in GFLOP/s: eight products in a row, so that
 * calling the engine costs next to nothing, of which only one row is read back.
 */
export async function evaluateMatmul(): Promise<{ gflops: number; shape: string }> {
  const [n, products] = [768, 8];
  const engine = await openEngine();
  const program = await engine.compile({
    name: 'bare products',
    inputs: { x: { type: 'float32', shape: [n, n] }, w: { type: 'float32', shape: [n, n] } },
    build(ops, { floats }) {
      let y = floats.x!;
      for (let i = 0; i < products; i++) y = ops.gemm(y, floats.w!);
      return { y: ops.slice(y, 0, 0, 1) };
    },
  });
  const x = new Float32Array(n * n).fill(0.01);
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const from = performance.now();
    await program.run({ x, w: x });
    times.push(performance.now() - from);
  }
  await program.release();
  return { gflops: (products * 2 * n ** 3) / Math.min(...times) / 1e6, shape: `[${n}, ${n}] · [${n}, ${n}]` };
}
