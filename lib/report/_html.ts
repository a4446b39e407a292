import { darkColors } from "./_palette.ts";

/** Text that is safe inside HTML and SVG. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A table with a head; cells are escaped. Columns after `lastText` (the first, if left out) hold numbers. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[], lastText = 0): string {
  const kind = (column: number): string => column > lastText ? ' class="number"' : "";
  const headCells = head.map((cell, i) => `<th scope="col"${kind(i)}>${escape(cell)}</th>`).join("");
  const row = (cells: readonly string[]): string =>
    cells.map((cell, i) => i === 0 ? `<th scope="row">${escape(cell)}</th>` : `<td${kind(i)}>${escape(cell)}</td>`)
      .join("");
  return `<div class="wide" tabindex="0"><table><thead><tr>${headCells}</tr></thead><tbody>${
    rows.map((cells) => `<tr>${row(cells)}</tr>`).join("")
  }</tbody></table></div>`;
}

/** A figure with its caption; the picture's label is what is read aloud. */
export function htmlFigure(svg: string, label: string, caption: string): string {
  return `<figure><div class="picture" role="img" aria-label="${escape(label)}">${svg}</div>` +
    `<figcaption>${escape(caption)}</figcaption></figure>`;
}

/** The page around the content: no script, nothing from outside. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>
`;
}

const style = `
:root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--soft:#59636e;--line:#d9dee3;--band:#f4f6f8}
@media screen and (prefers-color-scheme:dark){:root{--page:#14171b;--text:#e6e9ec;--soft:#9aa5b1;--line:#323a43;--band:#1c2127}
${darkColors(".picture")}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2.75rem 0 .5rem}h3{font-size:1rem;margin:1.75rem 0 .4rem}
p{margin:.4rem 0;max-width:46rem}.soft,figcaption{color:var(--soft)}.lead{font-size:1.1rem;margin:1rem 0}
figure{margin:1rem 0 1.75rem}figcaption{font-size:.9rem;max-width:46rem;margin-top:.25rem}
.picture{overflow-x:auto}.picture svg{width:100%;min-width:36rem;height:auto;display:block;overflow:visible;font-family:inherit}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));gap:0 2rem}.row svg{min-width:0}
.wide{overflow-x:auto;margin:0 0 1.25rem}table{border-collapse:collapse;font-size:.82rem;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th:last-child,td:last-child{padding-right:0}thead th{font-weight:600;color:var(--soft)}tbody th{font-weight:400}
th.number,td.number{text-align:right}
details{margin:.75rem 0}summary{cursor:pointer}pre{background:var(--band);padding:.9rem;overflow-x:auto;font-size:.8rem;border-radius:4px}
@media print{body{font-size:11pt}main{max-width:none;padding:0}details{display:none}figure,table{break-inside:avoid}
.picture svg{min-width:0}.wide,.picture{overflow:visible}table{font-size:.72rem}h2{break-after:avoid}}
`.trim();
