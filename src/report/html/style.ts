const COLOURS = `
:root{color-scheme:light dark;--paper:#fdfcf9;--sheet:#f4f2ec;--ink:#1c2126;--muted:#565f68;--line:#d9d5cb;--link:#0b5068;
--good:#17604f;--attention:#8a5200;--stopped:#a02a20;--neutral:#2b4f7a;
--deleted:#1b6b58;--already_empty:#7b93a8;--failed:#b3261e;--unknown:#c07f10;--guard_mismatch:#7353a6;--invalid:#a4552c;--duplicate:#4b5560;--would_delete:#1f4f8f;--not_attempted:#5f6a73;--bar:#46698c;--ceiling:#a02a20}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--sheet:#1d2125;--ink:#e8e5df;--muted:#a8afb5;--line:#393f45;--link:#86c5dd;
--good:#7ccbb4;--attention:#eab45e;--stopped:#f29a90;--neutral:#9bbfe8;
--deleted:#4fa88f;--already_empty:#b9c2ca;--failed:#ec7468;--unknown:#e0ab48;--guard_mismatch:#b29adf;--invalid:#d48d66;--duplicate:#737e89;--would_delete:#5c97e6;--not_attempted:#a3acb4;--bar:#7fa3c7;--ceiling:#f29a90}}
`;

const TEXT = `
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word;background:var(--paper);color:var(--ink)}
.page{max-width:70rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
h1,h2,.sentence{font-family:"Iowan Old Style","Palatino Linotype",Palatino,Charter,Georgia,serif;font-weight:600;line-height:1.2;text-wrap:balance}
h1{font-size:2.1rem;margin:.2rem 0 1.5rem;overflow-wrap:anywhere}
h2{font-size:1.45rem;margin:0 0 .9rem}
h3{font-size:1rem;margin:0 0 .4rem}
section{margin-top:3rem;padding-top:1.5rem;border-top:1px solid var(--line)}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--link)}
code,pre{font-family:ui-monospace,"Cascadia Mono",Consolas,"Liberation Mono",Menlo,monospace;font-size:.88em}
.kicker{color:var(--muted);font-size:.85rem;letter-spacing:.04em;margin:0}
.note,.sum,figcaption,.tag,caption{color:var(--muted);font-size:.875rem}
.tag{display:block;font-weight:400}
td .tag{display:inline}
.unseen{border:1px solid var(--attention);border-radius:3px;color:var(--attention);font:.75em ui-monospace,Consolas,"Liberation Mono",monospace;padding:0 .25em;margin:0 .1em}
.skip{position:absolute;left:-100rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
.unsaid{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;margin:1.8rem 0 0;padding:0;font-size:.9rem}
`;

const PARTS = `
.verdict{border-left:.4rem solid;padding:.9rem 1.3rem 1rem;background:var(--sheet);border-radius:0 .3rem .3rem 0}
.verdict .label{font-weight:600;margin:0;font-size:.95rem}
.verdict .sentence{font-size:1.5rem;line-height:1.35;margin:.15rem 0 0;color:var(--ink);max-width:none}
.verdict .because{color:var(--ink);overflow-wrap:anywhere}
.good{border-color:var(--good);color:var(--good)}.attention{border-color:var(--attention);color:var(--attention)}
.stopped{border-color:var(--stopped);color:var(--stopped)}.neutral{border-color:var(--neutral);color:var(--neutral)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.9rem 2rem;margin:1.5rem 0 0}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0;overflow-wrap:anywhere}
.digest{overflow-wrap:anywhere;word-break:break-all}
.steps{padding-left:1.4rem}.steps li{margin:.8rem 0}.steps li:only-child{list-style:none;margin-left:-1.4rem}
pre{background:var(--sheet);border:1px solid var(--line);border-radius:.3rem;padding:.7rem 1rem;margin:.4rem 0;overflow-x:auto}
.points{padding-left:1.2rem;max-width:48rem}.points li{margin:.5rem 0}
.scroll{overflow-x:auto;margin:.6rem 0}
table.options{width:auto;min-width:min(100%,26rem)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;padding:.2rem 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-bottom:1px solid var(--line)}
thead th{font-size:.82rem;font-weight:600;color:var(--muted);vertical-align:bottom;border-bottom:1px solid var(--muted)}
tbody th{font-weight:500}tfoot th,tfoot td{font-weight:600;border-bottom:0;border-top:1px solid var(--muted)}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.none{color:var(--muted)}
td p{margin:0 0 .3rem}
.causes{list-style:none;margin:0;padding:0;border-top:1px solid var(--muted)}
.causes>li{display:grid;grid-template-columns:minmax(0,19rem) 6.5rem minmax(0,1fr);gap:.2rem 1.5rem;padding:.8rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.causes p{margin:0 0 .25rem}.causes .count{font-variant-numeric:tabular-nums;text-align:right;white-space:nowrap}
.number+td:not(.number),.number+th:not(.number){padding-left:.7rem}.figures th[scope=row]{white-space:nowrap}
.list{--room:min(100vw - 3rem,96rem);width:var(--room);margin-left:calc((100% - var(--room))/2)}
.rows{font-size:.85rem}.rows bdi{overflow-wrap:break-word}.rows :is(td,th)>bdi{display:inline-block;max-width:22rem}
.rows .tag{display:block;font-size:.95em}.rows .message{min-width:16rem}.rows .digest{display:block;width:17.5rem;max-width:100%}.rows .number{white-space:normal}
.local{color:var(--muted);white-space:nowrap}
.state{white-space:nowrap}
.swatch{width:.75em;height:.75em;margin-right:.5em;overflow:visible}
.toolbar{display:flex;flex-wrap:wrap;gap:.6rem 1.5rem;align-items:center;margin:.8rem 0}
.toolbar[hidden]{display:none}
.toolbar label,.toolbar select{min-width:0}
.toolbar button,.pager button{font:inherit;color:inherit;background:var(--sheet);border:1px solid var(--muted);border-radius:.3rem;padding:.35rem .8rem;cursor:pointer}
.pager button:disabled{color:var(--muted);border-color:var(--line);cursor:default}
.pager{display:flex;gap:1rem;align-items:center;justify-content:center;max-width:none}.pager[hidden]{display:none}
[hidden]{display:none!important}
.shown{max-width:none;font-size:.9rem}
.sign{border:2px solid var(--ink);border-radius:.3rem;padding:1.5rem}
.sign .statement{font-size:1.35rem;font-weight:600;line-height:1.35;max-width:none}
.lines{display:grid;grid-template-columns:2fr 1fr 2fr;gap:1.5rem;margin:1.8rem 0 1.5rem}
.lines label{color:var(--muted);font-size:.9rem}
.lines input{display:block;width:100%;margin:0;border:0;border-bottom:1px solid var(--ink);border-radius:0;background:none;color:var(--ink);font-size:1.1rem;padding:.4rem .1rem}
input,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--muted);border-radius:.3rem;padding:.35rem .6rem;margin-left:.4rem;max-width:100%}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button::after{content:"\\a0\\2195";content:"\\a0\\2195" / "";opacity:.55}
th[aria-sort=ascending] button::after{content:"\\a0\\2191";content:"\\a0\\2191" / "";opacity:1}
th[aria-sort=descending] button::after{content:"\\a0\\2193";content:"\\a0\\2193" / "";opacity:1}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--muted);font-size:.875rem}
`;

const CHARTS = `
.shares{display:block;width:100%;height:1.75rem;margin:.4rem 0 1rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:2.2rem 2.5rem}
figure{margin:0;min-width:0}
.chart{display:block;width:100%;max-width:36rem;height:auto}
.chart text{fill:var(--muted);font-size:12px}
.grid{stroke:var(--line)}.ground{stroke:var(--muted)}
.ceiling{stroke:var(--ceiling);stroke-width:1.5;stroke-dasharray:6 4}.chart .ceiling-label{fill:var(--ceiling)}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:0 0 .3rem;padding:0;font-size:.85rem}
details{margin-top:.4rem;font-size:.9rem}summary{cursor:pointer;color:var(--link)}
.bar{fill:var(--bar)}.s-would_delete{fill:var(--would_delete)}.v-yes{fill:var(--deleted)}.v-no{fill:var(--failed)}.v-skipped{fill:var(--already_empty)}
.s-deleted{fill:var(--deleted)}.s-already_empty,.s-nothing_to_delete{fill:var(--already_empty)}.s-failed{fill:var(--failed)}.s-unknown{fill:var(--unknown)}
.s-guard_mismatch{fill:var(--guard_mismatch)}.s-invalid{fill:var(--invalid)}.s-duplicate{fill:var(--duplicate)}
.s-not_attempted,.v-none{fill:url(#hatch);stroke:var(--not_attempted);stroke-width:1}
#hatch path{stroke:var(--not_attempted);stroke-width:1.5}
.defs{position:absolute;width:0;height:0}
`;

const MEDIA = `
@media screen and (max-width:40rem){
.page{padding:1.5rem 1rem 3rem}h1{font-size:1.6rem}.verdict .sentence{font-size:1.2rem}.facts,.lines{grid-template-columns:1fr}.local{white-space:normal}.causes>li{grid-template-columns:minmax(0,1fr) auto}.causes>li>:last-child{grid-column:1/-1}
.list{width:auto;margin-left:0}.sign{padding:1rem}.toolbar label{width:100%;display:grid;grid-template-columns:5rem minmax(0,1fr);align-items:center}
.cards,.cards :is(caption,tbody,tfoot,tr,td,tbody th,tfoot th){display:block;min-width:0}.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.figures.cards th[scope=row]{white-space:normal}
.cards tr{border-top:1px solid var(--muted);padding:.5rem 0}.cards :is(tbody,tfoot) :is(td,th):is(td,th){display:grid;grid-template-columns:8rem minmax(0,1fr);border:0;padding:.1rem 0;text-align:left;white-space:normal}.cards.cards.cards :is(td,th):not(.number){padding-left:0}
.cards :is(td,th)::before{content:attr(data-head);color:var(--muted);font-weight:400;overflow-wrap:anywhere;padding-right:.5rem}
.cards :is(td,th)>*{grid-column:2}.cards th:not([data-head])>*{grid-column:1/-1}.cards th:not([data-head])::before{content:none}.cards :is(td,th)>bdi{max-width:none}.cards td:is(:empty,:has(>bdi:only-child:empty),:has(>.none)){display:none}
}
@media (forced-colors:active){rect{forced-color-adjust:none}}
@media print{
@page{margin:16mm 14mm}
:root{color-scheme:light;--paper:#fff;--sheet:#f4f2ec;--ink:#000;--muted:#444b52;--line:#c9c5bb;--link:#000;
--good:#17604f;--attention:#8a5200;--stopped:#a02a20;--neutral:#2b4f7a;
--deleted:#1b6b58;--already_empty:#7b93a8;--failed:#b3261e;--unknown:#c07f10;--guard_mismatch:#7353a6;--invalid:#a4552c;--duplicate:#4b5560;--would_delete:#1f4f8f;--not_attempted:#5f6a73;--bar:#46698c;--ceiling:#a02a20}
html{font-size:10.5pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.page{max-width:none;padding:0}
.skip,nav,.toolbar,.pager,details{display:none}
.facts{grid-template-columns:1fr 1fr}
.charts{grid-template-columns:1fr 1fr;gap:1.2rem 1.5rem}
section{margin-top:1.6rem;padding-top:1rem}
.scroll,pre{overflow:visible}pre{white-space:pre-wrap}
.groups,.groups .tag{font-size:7.8pt}.groups th,.groups td{padding-right:.4rem}.groups .number{white-space:normal}.groups th{overflow-wrap:anywhere;padding-left:0!important}.files .digest{font-size:.8em}.files code{overflow-wrap:anywhere}
.list{width:auto;margin-left:0}.rows{font-size:7.8pt}.rows bdi{overflow-wrap:anywhere}.rows .message{min-width:0}.rows .digest{width:auto}.rows :is(td,th)>bdi{max-width:none}.rows .swatch{display:none}.rows code{font-size:1em;font-family:inherit}.rows th,.rows td{min-width:0;padding-right:.5rem}.figures td:last-child{min-width:0}
.rows.long,.rows.long :is(tbody,tr,td){display:block}.rows.long thead{display:none}.rows.long tr{break-inside:auto}.rows.long td{padding:.15rem 0}
.sign{break-inside:avoid}.lines input{border-bottom-color:#000}
th button{display:contents}th button::after,th[aria-sort] button::after{content:none}
section:not(.list,[aria-labelledby=causes],[aria-labelledby=timing]){break-inside:avoid}
.list{break-before:page;border-top:0}
h2,h3,caption{break-after:avoid}tr,figure,.verdict,.steps li,.causes>li{break-inside:avoid}thead{display:table-header-group}tfoot{display:table-row-group}
}
`;

/** The page's one style sheet. No web fonts, no pictures: nothing is fetched. */
export const STYLE = (COLOURS + TEXT + PARTS + CHARTS + MEDIA).replaceAll('\n', '');
