/** Ink and petrol, in light, dark and on paper. */
export const STYLE = `
:root{color-scheme:light dark;
--bg:light-dark(#f5f7f8,#0d1114);--surface:light-dark(#fff,#141a1e);--sunken:light-dark(#eceff2,#090c0f);--border:light-dark(#d6dce1,#2a333a);--strong:light-dark(#7c8894,#6d7a86);
--text:light-dark(#14191e,#e7ecef);--text2:light-dark(#47525d,#b0bac3);--accent:light-dark(#0a626b,#5cc4ce);--link:light-dark(#0a626b,#6fcfd8);--tint:light-dark(#e1f0f1,#10292d);--focus:light-dark(#0a626b,#86d6dd);
--warning:light-dark(#845600,#e3b341);--success:light-dark(#146c43,#5bc28c);--hit:light-dark(#fff1c9,#3a3110);
--c-critical:light-dark(#75052e,#ee1746);--c-high:light-dark(#b5401a,#ed9556);--c-medium:light-dark(#be8110,#f5d94a);--c-low:light-dark(#246398,#63ace1);--c-info:light-dark(#868f9b,#717c87);
--t-high:light-dark(#8c2f0a,#faa463);--t-medium:light-dark(#866200,#fce064);--t-low:light-dark(#2454b3,#70aff5);--t-info:light-dark(#535c66,#bbbec3);
--k-high:light-dark(#fcebe2,#38200f);--k-medium:light-dark(#faf1d8,#31290c);--k-low:light-dark(#e5eefc,#10243c)}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{scroll-padding-top:12px}
body{margin:0;background:var(--bg);color:var(--text);font:400 14px/20px "Plex Sans",system-ui,sans-serif;font-variant-numeric:tabular-nums;accent-color:var(--accent)}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 24px}
header{padding-top:24px;padding-bottom:16px;border-bottom:1px solid var(--border)}
.top{display:flex;justify-content:space-between;align-items:center;gap:16px;min-height:20px}
.logo{max-height:44px;max-width:220px}.organisation{font-weight:600;font-size:15px}
.classification{margin-left:auto;font-weight:600;font-size:12px;letter-spacing:.04em;text-transform:uppercase;color:var(--text2);border:1px solid var(--strong);border-radius:4px;padding:2px 8px}
h1{font-size:22px;line-height:28px;margin:12px 0 4px;font-weight:600;overflow-wrap:anywhere}
h2{font-size:18px;line-height:24px;margin:32px 0 8px;font-weight:600}h3{font-size:15px;line-height:20px;margin:20px 0 6px;font-weight:600;overflow-wrap:anywhere}h4{font-size:14px;margin:16px 0 4px;font-weight:600}
p{margin:6px 0;max-width:76ch;overflow-wrap:anywhere}ul,ol{padding-left:20px;max-width:76ch;overflow-wrap:anywhere}
a,.link{color:var(--link)}.link{background:none;border:0;padding:0;font:inherit;text-decoration:underline;cursor:pointer;text-align:left}
.muted{color:var(--text2)}.warning{color:var(--warning);font-weight:600}.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.mono,code,pre{font:400 13px/20px "Plex Mono",ui-monospace,monospace}.mono,code{overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--surface);padding:8px;z-index:9}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px;margin:16px 0;align-items:start}
.chart{margin:0;background:var(--surface);border:1px solid var(--border);border-radius:6px;padding:12px 16px;min-width:0}
.chart figcaption{font-weight:600;margin-bottom:8px}.chart svg{display:block;width:100%;height:auto;max-width:620px}
.chart text{fill:var(--text2);font-family:"Plex Sans",system-ui,sans-serif}.chart text.strong{fill:var(--text);font-weight:600}.chart .grid{stroke:var(--border)}
.chart rect.acts{cursor:pointer}.chart rect.acts:hover{opacity:.8}.chart rect:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.f-critical{fill:var(--c-critical)}.f-high{fill:var(--c-high)}.f-medium{fill:var(--c-medium)}.f-low{fill:var(--c-low)}.f-info,.f-muted{fill:var(--c-info)}.f-accent{fill:var(--accent)}.f-success{fill:var(--success)}
.b-critical{background:var(--c-critical)}.b-high{background:var(--c-high)}.b-medium{background:var(--c-medium)}.b-low{background:var(--c-low)}.b-info{background:var(--c-info)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;padding:0;margin:8px 0 0;font-size:12px;color:var(--text2)}.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.twin{margin-top:8px;font-size:12px;color:var(--text2)}.twin summary{cursor:pointer}
table{border-collapse:collapse;width:100%;background:var(--surface)}.scroll{overflow-x:auto;border:1px solid var(--border);border-radius:6px;margin:12px 0}
caption{text-align:left;padding:8px 12px;color:var(--text2);font-size:13px}th,td{text-align:left;vertical-align:top;padding:6px 12px;border-top:1px solid var(--border);overflow-wrap:anywhere;font-weight:400}thead th{color:var(--text2);font-weight:600;font-size:12px;overflow-wrap:normal}.n{text-align:right}
.twin table{font-size:12px}.twin th,.twin td{padding:2px 8px}.twin caption{display:none}
.facts{display:grid;gap:0;margin:8px 0}.facts div{display:grid;grid-template-columns:104px minmax(0,1fr);gap:8px;padding:3px 0}.facts dt{color:var(--text2)}.facts dd{margin:0;overflow-wrap:anywhere}
.chip{display:inline-block;font:600 12px/18px "Plex Sans",system-ui,sans-serif;padding:0 7px;border-radius:4px;border:1px solid transparent;white-space:nowrap}
.s-critical{background:light-dark(#75052e,#cf1d49);color:#fff}.s-high{background:var(--k-high);color:var(--t-high);border-color:var(--t-high)}.s-medium{background:var(--k-medium);color:var(--t-medium)}.s-low{background:var(--k-low);color:var(--t-low);border-color:var(--t-low)}.s-info{color:var(--t-info);padding-left:0}
pre{background:var(--sunken);border:1px solid var(--border);border-radius:6px;padding:8px 12px;overflow-x:auto;tab-size:4}
.code{padding:8px 0}.code .l{display:block;padding:0 12px;min-width:max-content}.code .hit{background:var(--hit)}.code i{display:inline-block;min-width:3.5em;padding-right:1em;text-align:right;color:var(--text2);font-style:normal;user-select:none}
.bar{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:8px 0}
input[type=search],select{height:32px;border:1px solid var(--strong);border-radius:4px;background:var(--surface);color:var(--text);font:inherit;padding:0 8px;max-width:190px}.search input{width:280px;max-width:100%}
.facets,.chips{display:flex;flex-wrap:wrap;gap:6px}.filter{border:1px solid var(--accent);background:var(--tint);color:var(--text);border-radius:4px;font:inherit;font-size:13px;padding:2px 8px;cursor:pointer}
.button{height:32px;border-radius:4px;border:1px solid var(--strong);background:var(--surface);color:var(--text);font:inherit;padding:0 16px;cursor:pointer}
.count{margin:0 0 0 auto;color:var(--text2)}
.split{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}body.opened .split{grid-template-columns:minmax(0,5fr) minmax(0,6fr)}
.list,.detail{height:min(72vh,820px);overflow:auto;background:var(--surface);border:1px solid var(--border);border-radius:6px}.list{position:relative;overflow-anchor:none}
#space{position:relative;overflow:hidden}#rows{position:absolute;inset:0 0 auto 0;will-change:transform}
.row{height:46px;display:grid;grid-template-columns:84px minmax(0,1fr) auto;gap:0 8px;padding:4px 12px;border-bottom:1px solid var(--border);cursor:pointer;align-content:center}
.row .chip{justify-self:start;grid-row:1/3;align-self:center}.row .title,.row .place{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;line-height:18px}.row .place{grid-column:2/4;color:var(--text2);font:400 12px/16px "Plex Mono",ui-monospace,monospace}.row .state{color:var(--text2);font-size:12px;line-height:18px}
.row.on{background:var(--tint);box-shadow:inset 3px 0 0 var(--accent)}.row:hover{background:var(--tint)}
.detail{padding:16px;position:relative}.detail h3{margin-top:8px;padding-right:32px}.close{position:absolute;right:8px;top:8px;width:32px;height:32px;border:0;background:none;color:var(--text2);font-size:20px;cursor:pointer;border-radius:4px}
.finding{border-top:1px solid var(--border);margin-top:16px}
dialog{border:1px solid var(--border);border-radius:10px;background:var(--surface);color:var(--text);padding:0 24px 24px;min-width:300px}dialog::backdrop{background:rgb(0 0 0/.4)}
footer{margin-top:32px;padding-top:12px;padding-bottom:32px;border-top:1px solid var(--border);color:var(--text2);font-size:12px}footer p{max-width:none}footer code{font-size:12px}
blockquote{margin:8px 0;padding:0 12px;border-left:3px solid var(--border);color:var(--text2)}
#printed{display:none}
@media (max-width:860px){header,main,footer{padding-left:16px;padding-right:16px}body.opened .split{grid-template-columns:minmax(0,1fr)}body.opened .list{display:none}.search,.search input{width:100%}select{max-width:46vw}.row{grid-template-columns:76px minmax(0,1fr) auto}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:10pt;line-height:14pt}header,main,footer{max-width:none;padding-left:0;padding-right:0}.bar,.split,.skip,.twin,#explorer h2+noscript{display:none!important}#printed{display:block}tr,figure,.finding,.code .l{break-inside:avoid}h2,h3,h4{break-after:avoid}thead{display:table-header-group}.scroll{overflow:visible;border:0}a{color:inherit;text-decoration:none}.page-break{break-after:page}.classification{position:static}*{print-color-adjust:exact}}
`.replaceAll('\n', '');
