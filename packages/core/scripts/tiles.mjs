// Writes assembly/tiles.generated.ts: the register tiles of the matrix product. They are alike but for the number of
// rows, the number of panels and where A's elements lie, and AssemblyScript has neither macros nor arrays of locals.
//
// A tile holds R rows × P panels of 8 columns of C in registers (2·R·P vectors, at most 12 of the 16 that x86 has) and
// runs down K: each step loads 8 columns of B per panel and splats one element of A per row.

/** How many panels a tile of so many rows takes at once: few rows need several because a chain of fused multiply-adds waits four cycles for each step. */
const panelsFor = { 1: [4, 3, 2, 1], 2: [3, 2, 1], 3: [2, 1], 4: [1], 5: [1], 6: [1] };
const unroll = 4;

const range = (n) => [...Array(n).keys()];

function tile(layout, rows, panels) {
  const R = range(rows);
  const P = range(panels);
  const body = (u) => {
    const out = [];
    for (const p of P)
      out.push(`    l${p} = v128.load(b${p}); h${p} = v128.load(b${p}, 16); b${p} += bStep;`);
    for (const r of R) {
      out.push(`    s = v128.load32_splat(${layout === "rows" ? `a${r}, ${4 * u}` : `a0, ${4 * r}`});`);
      for (const p of P)
        out.push(`    c${r}${p} = madd(s, l${p}, c${r}${p}); d${r}${p} = madd(s, h${p}, d${r}${p});`);
    }
    if (layout === "cols") out.push("    a0 += lda;");
    return out;
  };
  const pointers = layout === "rows" ? R.map((r) => `a${r}`) : ["a0"];
  const lines = [
    `function ${layout}${rows}x${panels}(k: i32, a: usize, lda: usize, b: usize, bStep: usize, panelStep: usize, c: usize, ldc: usize, beta: i32): void {`,
    `  let ${pointers.map((name, r) => `${name} = a + ${r} * lda`).join(", ")};`,
    `  let ${P.map((p) => `b${p} = b + ${p} * panelStep`).join(", ")};`,
    `  let ${R.flatMap((r) => P.map((p) => `c${r}${p} = f32x4.splat(0), d${r}${p} = f32x4.splat(0)`)).join(", ")};`,
    `  let s: v128, ${P.map((p) => `l${p}: v128, h${p}: v128`).join(", ")};`,
    `  for (let n = k >> ${Math.log2(unroll)}; n; n--) {`,
    ...range(unroll).flatMap(body),
    ...(layout === "rows" ? [`    ${pointers.map((name) => `${name} += ${4 * unroll};`).join(" ")}`] : []),
    "  }",
    `  for (let n = k & ${unroll - 1}; n; n--) {`,
    ...body(0),
    ...(layout === "rows" ? [`    ${pointers.map((name) => `${name} += 4;`).join(" ")}`] : []),
    "  }",
    "  if (beta) {",
  ];
  const store = (wrap) =>
    R.flatMap((r) => [
      ...P.flatMap((p) => [
        `    v128.store(c, ${wrap(`c${r}${p}`, 32 * p)}, ${32 * p}); v128.store(c, ${wrap(`d${r}${p}`, 32 * p + 16)}, ${32 * p + 16});`,
      ]),
      ...(r < rows - 1 ? ["    c += ldc;"] : []),
    ]);
  lines.push(
    ...store((name, at) => `f32x4.add(v128.load(c, ${at}), ${name})`),
    "  } else {",
    ...store((name) => name),
    "  }",
    "}",
    "",
  );
  return lines;
}

/** The text of the module. */
export function tilesModule() {
  const lines = ["// Written by scripts/tiles.mjs.", 'import { madd } from "./simd";', ""];
  const sizes = Object.entries(panelsFor)
    .flatMap(([rows, panels]) => panels.map((p) => [Number(rows), p]))
    .reverse();
  for (const layout of ["rows", "cols"]) {
    for (const [rows, panels] of sizes) lines.push(...tile(layout, rows, panels));
  }
  const args = "k, a, lda, b, bStep, panelStep, c, ldc, beta";
  const parameters =
    "k: i32, a: usize, lda: usize, b: usize, bStep: usize, panelStep: usize, c: usize, ldc: usize, beta: i32";
  for (const layout of ["rows", "cols"]) {
    lines.push(`/** C[rows, 8·panels] = A·B + beta·C with A stored by ${layout}. Strides are bytes. */`);
    lines.push(
      `export function ${layout}Tile(rows: i32, panels: i32, ${parameters}): void {`,
      "  switch (rows * 8 + panels) {",
    );
    for (const [rows, panels] of sizes)
      lines.push(`    case ${rows * 8 + panels}: ${layout}${rows}x${panels}(${args}); return;`);
    lines.push("  }", "}", "");
  }
  return lines.join("\n");
}
