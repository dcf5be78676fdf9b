/** CSS of what only a report of an evaluation has; colours come from the page's own variables. */
export const EVALUATION_STYLE = `
p{max-width:46rem}h3{margin-top:1rem;font-weight:600}
.note{color:var(--muted);font-size:.75rem;font-weight:400;white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;margin-top:1.5rem}
.tile{padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}.tile p{margin:0;line-height:1.35}.tile .note{white-space:normal}
.tile .value{font-size:1.9rem;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.wide{overflow-x:auto}
.figures{font-size:.82rem}.figures .note{font-size:.92em}.figures th,.figures td{padding:.2rem .7rem .2rem 0;line-height:1.25}.figures tbody tr{border-top:1px solid var(--line)}
.figures .task{text-align:right;border-bottom:1px solid var(--line)}.figures .first{padding-left:1.1rem}.figures .head th{padding-top:.9rem;font-weight:600}.figures tr.head{border:0}.figures tbody th{color:var(--ink);white-space:nowrap}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2rem;align-items:start}
.confusion{font-size:.85rem}.confusion td,.confusion th{padding:.35rem .6rem;min-width:3.2rem;text-align:right}.confusion tbody th{min-width:0}
.confusion .right{background:color-mix(in srgb,var(--n) var(--shade),transparent)}.confusion .wrong{background:color-mix(in srgb,var(--for) var(--shade),transparent)}
@media (max-width:30rem){.confusion td,.confusion th{padding:.35rem .3rem;min-width:2.5rem}}
figure{margin:0;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);break-inside:avoid}figure .chart{max-width:26rem;margin:auto}
figcaption{margin-top:.4rem;font-size:.8rem;color:var(--muted)}figcaption .swatch:first-child,figcaption br+.swatch{margin-left:0}
.worst{margin:1rem 0}.worst h3{margin:0 0 .4rem;font-weight:400}
details{font-size:.85rem;margin-top:.5rem}summary{cursor:pointer;color:var(--muted)}ul{margin:.4rem 0;padding-left:1.2rem}
a{color:inherit}
@page{size:landscape;margin:12mm}
@media print{.wide{overflow:visible}.figures{font-size:7pt}.figures th,.figures td{padding-right:.4rem}.worst{border:0;padding:0}}
`.trim();
