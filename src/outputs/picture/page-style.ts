import { DARK_INKS, inkVariables, LIGHT_INKS } from './inks.ts';

/** Colours first, so that the whole page follows them; paper is always light. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${inkVariables(LIGHT_INKS)};--ground:#fbfbfd;--line:#dcdce4;--flawed:#d9a40055;--n:#3f7d4e;--range:#93a8d8;--middle:#1d4ed8}
@media screen and (prefers-color-scheme:dark){:root{${inkVariables(DARK_INKS)};--ground:#121216;--line:#34343f;--n:#86c795;--range:#3a4d80;--middle:#8fb0ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{margin:0 0 .75rem;font-size:1.6rem;overflow-wrap:anywhere}h2{margin:2rem 0 .5rem;font-size:1.2rem}h3{margin:0 0 .25rem;font-size:.95rem;font-weight:500}
.brand{margin:0;color:var(--muted);letter-spacing:.05em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
svg{display:block;width:100%}
.plot-title{margin:.75rem 0 .1rem;font-size:.85rem;color:var(--muted)}
.plot{position:relative;padding-left:2.5rem}.plot svg{height:7rem;border:1px solid var(--line);background:var(--card)}
.y-axis{position:absolute;left:0;top:0;bottom:0;width:2.2rem;display:flex;flex-direction:column;justify-content:space-between;text-align:right;font-size:.75rem;line-height:1;color:var(--muted)}
.x-axis{position:relative;height:1.4rem;margin-left:2.5rem;font-size:.75rem;color:var(--muted)}.x-axis span{position:absolute;transform:translateX(-50%)}.x-axis span:first-child{transform:none}
.range{fill:var(--range);stroke:none}.middle{fill:none;stroke:var(--middle);stroke-width:1.5;vector-effect:non-scaling-stroke}
.flawed{fill:var(--flawed)}
rect.class-V{fill:var(--v)}rect.class-S{fill:var(--s)}rect.class-F{fill:var(--f)}rect.class-Q{fill:var(--q)}
.key{font-size:.8rem;color:var(--muted)}
.swatch{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .9em;border-radius:2px;vertical-align:-.05em}.key .swatch:first-child{margin-left:0}
.middle-key{background:var(--middle)}.range-key{background:var(--range)}.missing-key{background:var(--hatch)}.flawed-key{background:var(--flawed)}
.class-V-key{background:var(--v)}.class-S-key{background:var(--s)}.class-F-key{background:var(--f)}.class-Q-key{background:var(--q)}
.ramp{display:inline-block;width:9rem;height:.7rem;vertical-align:-.05rem;border-radius:2px}
table{border-collapse:collapse;font-size:.9rem}th{font-weight:500;color:var(--muted);text-align:left}td,th{padding:.2rem .8rem .2rem 0;vertical-align:top}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.badge{display:inline-block;min-width:1.5em;padding:0 .35em;border-radius:.3em;color:var(--card);background:var(--n);text-align:center;font-weight:700}
.badge.class-V,.badge.class-PVC{background:var(--v)}.badge.class-S,.badge.class-PAC{background:var(--s)}.badge.class-F{background:var(--f)}.badge.class-Q{background:var(--q)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem}
article{padding:.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);break-inside:avoid}article p{margin:.4rem 0 .6rem;font-size:.9rem;line-height:1.4}
.sureness{float:right;color:var(--muted)}.time{color:var(--muted)}
footer{margin-top:2rem;border-top:1px solid var(--line);font-size:.8rem;color:var(--muted)}
@media print{body{max-width:none;padding:0;font-size:10pt;--ground:#fff}.cards{grid-template-columns:1fr 1fr}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}}
`.trim();
