import { tokensCss } from '#shared/look/tokens.ts'

/** The staff stylesheet: quiet tables, one action colour, logical properties so that Arabic needs no second sheet. */
export const STYLE = `${tokensCss()}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:var(--text-small)/1.5 var(--font);overflow-wrap:break-word}
a{color:var(--square);text-underline-offset:.2em}
h1{font-size:var(--text-title);line-height:1.2;margin:0 0 8px;font-weight:650}
h2{font-size:var(--text-lead);line-height:1.3;margin:40px 0 12px;font-weight:650}
p{margin:0 0 12px;max-width:65ch;text-wrap:pretty}
h1,h2{text-wrap:balance}
.skip{position:absolute;inset-inline-start:-9999px}
.skip:focus{position:static;display:inline-block;padding:8px 16px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
header.top{border-block-end:1px solid var(--line)}
.bar{max-width:1080px;margin:0 auto;padding:12px 16px;display:flex;flex-wrap:wrap;gap:4px 20px;align-items:center}
.brand{max-width:100%;display:flex;gap:12px;align-items:center;margin-inline-end:auto;text-decoration:none;color:var(--ink);font-size:var(--text-body);min-height:44px}
.brand>span{min-width:0;overflow-wrap:anywhere}
.brand b{font-weight:650;display:block;line-height:1.2}
.brand span span{display:block;color:var(--quiet);font-size:var(--text-small);line-height:1.2}
.brand .mark{flex:none}
nav ul{display:flex;flex-wrap:wrap;gap:0 20px;list-style:none;margin:0;padding:0}
nav.languages{border-inline-start:1px solid var(--line);padding-inline-start:20px}
nav a,.link{display:inline-flex;align-items:center;min-height:44px;min-width:24px}
nav a[aria-current]{color:var(--ink);text-decoration-thickness:3px;text-decoration-color:var(--square);font-weight:600}
.link{background:none;border:0;padding:0;color:var(--square);font:inherit;text-decoration:underline;text-underline-offset:.2em;cursor:pointer}
main{max-width:1080px;margin:0 auto;padding:28px 16px 40px}
footer{color:var(--quiet);border-block-start:1px solid var(--stone);padding:20px 16px 40px}
footer p{max-width:1048px;margin:0 auto}
.lead{font-size:var(--text-body);color:var(--quiet)}
.note{color:var(--quiet)}
.demo,.alarm{background:var(--stone);border-inline-start:4px solid var(--sun);padding:8px 12px;margin:0 0 24px;border-radius:4px;max-width:none}
.alarm{border-color:var(--bad)}
.chip{display:inline-block;border:1px solid var(--line);border-radius:999px;padding:0 10px;color:var(--quiet);white-space:nowrap;line-height:1.5}
.chip.is-demo{color:var(--ink);border-color:var(--sun);border-width:2px}
/* Positioned, so that what is hidden in it is cut off with it. */
.table{overflow-x:auto;margin:16px 0;position:relative}
table{border-collapse:collapse;width:100%}
th,td{padding:10px 12px;text-align:start;border-block-end:1px solid var(--stone);vertical-align:middle}
thead th{color:var(--quiet);font-weight:500;border-block-end:1px solid var(--line);vertical-align:bottom}
th[scope=row]{font-weight:500}
th:first-child,td:first-child{padding-inline-start:0}
th:last-child,td:last-child{padding-inline-end:0}
/* Units stand under units in every language: digits run left to right in Arabic too. */
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.pm{color:var(--quiet);display:inline-block;min-width:2.8em;text-align:end;margin-inline-start:.3em}
.cover{direction:ltr;display:inline-block}
.cover bdi{display:inline-block;min-width:3.1em;text-align:end}
.grey,.gap{color:var(--quiet)}
tfoot td,tfoot th{border-block-start:1px solid var(--line);border-block-end:0;font-weight:600}
.site-name{font-size:var(--text-body);font-weight:600;display:inline-flex;align-items:center;min-height:32px}
.chips{display:flex;gap:6px;flex-wrap:wrap}
.sites th .chips{flex-wrap:nowrap;width:max-content}
.spark{display:block;width:180px;height:40px}
.chart{display:block;width:100%;height:auto;margin:12px 0;background:var(--stone);border-radius:12px}
.chart text{font:14px var(--font);fill:var(--quiet)}
.narrow,.when.share-note{display:none}
.line{fill:none;stroke:var(--square);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.spark .line{stroke-width:1.5}
.dot{fill:var(--square)}
.band{fill:var(--square);opacity:.18}
.grid{stroke:var(--line);stroke-width:1;opacity:.45}
.hatch{stroke:var(--quiet);stroke-width:1.5}
.strip-full{fill:var(--square)}.strip-part{fill:var(--sun)}.strip-none{fill:none;stroke:var(--line)}
.bars{fill:var(--square)}
.actions{display:flex;flex-wrap:wrap;gap:12px 20px;align-items:center;margin:20px 0}
.button{display:inline-flex;align-items:center;justify-content:center;min-height:48px;padding:8px 24px;border:0;border-radius:12px;background:var(--square);color:var(--on-square);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
form.card{background:var(--stone);border-radius:12px;padding:20px;max-width:32rem;margin:20px 0;display:grid;gap:16px}
form.card .button{width:100%}
label,legend{font-weight:600;padding:0}
legend{margin-block-end:8px}
fieldset label{font-weight:400}
.field{display:grid;gap:4px}
.field .note{font-weight:400;margin:0}
input,select{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:8px;min-height:48px;padding:8px 12px;width:100%;min-width:0}
input[type=checkbox]{width:24px;height:24px;min-height:24px;flex:none;margin:0;accent-color:var(--square)}
.check{display:flex;gap:12px;align-items:center;font-weight:400;min-height:44px}
fieldset{border:0;margin:0;padding:0;display:grid;gap:8px;min-width:0}
.two{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,10rem),1fr))}
.error{color:var(--bad);font-weight:600;margin:0}
summary{min-height:44px;align-content:center;cursor:pointer}
details[open]{display:grid;gap:16px}
details>.field{margin-block-end:16px}
.presets{display:flex;flex-wrap:wrap;gap:0 20px}
.legend{margin-block-start:16px}
.when{color:var(--quiet);display:block}
.legend p{font-size:var(--text-small);color:var(--quiet);margin:0 0 4px}
.columns{display:grid;gap:0 40px;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
@media screen and (max-width:52rem){
.wide,.share{display:none}
.narrow,.when.share-note{display:block}
.days th{white-space:nowrap}.days th .when{white-space:normal}
.sites td:has(.spark){align-items:center}
.chart text{font-size:13px}
.bar{gap:0 16px}
nav ul{gap:0 14px}
nav.languages{border:0;padding:0;flex-basis:100%}
.sites thead{display:none}
.sites,.sites tbody,.sites tr,.sites td,.sites th{display:block;border:0;padding:0}
.sites tr{background:var(--stone);border-radius:12px;padding:12px 16px;margin:0 0 12px}
.sites td{display:flex;justify-content:space-between;align-items:baseline;gap:4px 12px;min-height:32px;white-space:normal}
.sites td>span{text-align:end}
.sites td::before{content:attr(data-label);color:var(--quiet)}
.sites td.none{display:block}.sites td.none::before{content:none}
.sites th .chips{margin:4px 0 8px;flex-wrap:wrap;width:auto}
.sites .spark{width:150px}
.days th,.days td{padding-inline:4px}
.days .pm{min-width:2.4em}
.days tfoot .pm{min-width:0}
}
@media print{
@page{margin:12mm}
body{font-size:14px;background:none}
header.top nav,.actions,.presets,.skip,footer,p:has(>.link:only-child){display:none}
.bar,main{padding-inline:0;max-width:none}
main{padding-block:16px 0}
a{color:inherit;text-decoration:none}
h2{break-after:avoid;margin-block-start:24px}
tr,.chart,.demo,.legend p{break-inside:avoid}
th,td{padding:5px 8px}
.sites .spark{width:110px;height:24px}
.sites thead .n{white-space:normal}
.chip{padding:0 6px;font-size:12px}
.columns{grid-template-columns:1fr 1fr;gap:0 24px}
}
`
