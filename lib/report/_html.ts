/** Text that is safe inside HTML. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A table with a head; cells are escaped, numbers stand to the right. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: "td" | "th"): string =>
    row.map((cell, i) => `<${tag}${i === 0 ? "" : ' class="number"'}>${escape(cell)}</${tag}>`).join("");
  return `<div class="wide"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>${
    rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")
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
@media (prefers-color-scheme:dark){:root{--page:#14171b;--text:#e6e9ec;--soft:#9aa5b1;--line:#323a43;--band:#1c2127}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.5rem 0 .5rem}
p{margin:.4rem 0}.soft,figcaption{color:var(--soft)}.lead{font-size:1.1rem;margin:1rem 0}
figure{margin:1rem 0 2rem}figcaption{font-size:.9rem;max-width:46rem}
.picture svg{max-width:100%;height:auto;display:block;background:none;font-family:inherit;font-size:12px;overflow:visible}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2rem}
.wide{overflow-x:auto;margin:0 0 1.25rem}table{border-collapse:collapse;font-size:.88rem;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th{font-weight:600;color:var(--soft)}.number{text-align:right}
details{margin:.75rem 0}summary{cursor:pointer}pre{background:var(--band);padding:.9rem;overflow-x:auto;font-size:.8rem;border-radius:4px}
@media print{body{font-size:11pt}details{display:none}}
`.trim();
