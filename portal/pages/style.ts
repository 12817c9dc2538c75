import { tokensCss, type Palette } from '#shared/look/tokens.ts'

const RULES =
  '*{box-sizing:border-box}' +
  'body{margin:0;background:var(--paper);color:var(--ink);font:var(--text-small)/1.5 var(--font);overflow-wrap:break-word}' +
  'main,header,footer{max-width:34rem;margin:0 auto;padding:0 1rem}' +
  'header{display:flex;align-items:center;gap:.75rem;padding-top:.75rem;font-weight:600}' +
  'header a{color:inherit;text-decoration:none;display:flex;align-items:center;gap:.75rem;min-height:44px}' +
  'h1{font-size:var(--text-lead);line-height:1.25;margin:.5rem 0 .75rem;text-wrap:balance}h1:focus{outline:0}' +
  'h2{font-size:var(--text-body);line-height:1.3;margin:1.5rem 0 .25rem}.card h2{margin-top:0}p{margin:0 0 .75rem}p,li,dd{text-wrap:pretty}' +
  'ul{list-style:none;margin:0 0 1rem;padding:0}' +
  '.facts li{display:flex;gap:.75rem;align-items:flex-start;margin-bottom:.5rem}.facts svg{flex:none;width:24px;height:24px;color:var(--square)}' +
  '.go{display:flex;align-items:center;justify-content:center;gap:.75rem;width:100%;min-height:56px;padding:.5rem 1rem;border:0;border-radius:12px;background:var(--square);color:var(--on-square);' +
  'font:600 var(--text-lead)/1.2 var(--font);text-align:center;text-decoration:none;cursor:pointer}.go svg{width:40px;height:40px;flex:none}.go span{min-width:0;overflow-wrap:anywhere}.go,.time p{text-wrap:balance}' +
  '.quiet{background:none;color:var(--ink);border:2px solid var(--line);font-size:var(--text-body)}.quiet svg{width:28px;height:28px}' +
  '.small{color:var(--quiet)}.go+.small{margin-top:.75rem}form+form,form+.facts,form+.small,p+form,form+p{margin-top:.75rem}' +
  '.note{border-inline-start:4px solid var(--sun);background:var(--stone);padding:.5rem .75rem;border-radius:4px}' +
  '.card{background:var(--stone);border-radius:12px;padding:.75rem 1rem;margin:0 0 .75rem}.card p:last-child{margin:0}' +
  'a{color:var(--square)}nav{margin-top:1rem}footer{margin-top:1.25rem}footer nav{border-top:1px solid var(--stone);padding-top:.5rem;margin-top:.5rem}nav ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:0}' +
  'nav a,nav b,.line{display:inline-flex;align-items:center;min-height:44px}.lines{margin:0}nav b{text-decoration:underline 3px var(--square);text-underline-offset:.25em}' +
  '.time{text-align:center}.time h1{margin-top:.25rem}.time p{font-size:var(--text-body)}.time b{font-size:var(--text-lead)}' +
  '.ring{position:relative;width:120px;height:120px;margin:.75rem auto 0}.ring .track{stroke:var(--stone)}.ring .left{stroke:var(--good)}' +
  '.ring svg+svg{position:absolute;inset:28px;width:64px;height:64px;color:var(--good)}' +
  '.sign{display:block;color:var(--bad);margin:.5rem 0 0}.sign svg{width:48px;height:48px;display:block}.calm{color:var(--quiet)}' +
  'details{border:1px solid var(--line);border-radius:12px;padding:0 1rem;margin:0 0 .75rem}details[open]{padding-bottom:1rem}details>:last-child{margin-bottom:0}' +
  'summary{overflow-wrap:anywhere;min-height:48px;padding:.5rem 0;display:flex;align-items:center;gap:.75rem;cursor:pointer;font-weight:600;list-style:none;color:var(--square)}summary::-webkit-details-marker{display:none}' +
  'summary::after{content:"";flex:none;width:.5rem;height:.5rem;margin-inline-start:auto;border:solid;border-width:0 2px 2px 0;transform:translateY(-.125rem)rotate(45deg)}[open]>summary::after{transform:translateY(.125rem)rotate(225deg)}' +
  '.calls .go{justify-content:flex-start;flex-wrap:wrap;text-align:start;margin-bottom:.5rem}.calls b{min-width:3.5ch;overflow-wrap:anywhere}.calls span{flex:1;min-width:min(9rem,100%)}' +
  '.qr{background:#fff;border-radius:4px;display:block;width:180px;height:180px;margin:.5rem 0}.qr path{stroke:#000}' +
  'dl{margin:0 0 1rem}dt{font-weight:600}dd{margin:0 0 .75rem}.card dd:last-child{margin:0}.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}' +
  'label[for]{display:block;font-weight:600;margin:.25rem 0}[type=text],[type=password]{display:block;width:100%;min-height:48px;margin:0 0 .75rem;padding:.5rem .75rem;border:2px solid var(--line);border-radius:8px;background:var(--paper);color:var(--ink);font:inherit;font-size:var(--text-body)}' +
  '[aria-invalid]{border-color:var(--bad)}.ways{margin-top:1.25rem}.go+.small+.small{margin-top:0}.code{font:var(--text-title) ui-monospace,monospace;letter-spacing:.05em}' +
  'h3{font-size:var(--text-body);line-height:1.3;margin:1rem 0 .25rem}.card h3{margin-top:0}code{overflow-wrap:anywhere}' +
  '.terms ul{list-style:disc;padding-inline-start:1.25rem}' +
  'fieldset{border:1px solid var(--line);border-radius:12px;margin:1rem 0 0;padding:.25rem 1rem .75rem}fieldset p:last-child,.extras{margin:0}' +
  '.extras label{display:flex;gap:.75rem;align-items:flex-start;min-height:44px;padding:.5rem 0}.extras input{flex:none;width:24px;height:24px;margin:0;accent-color:var(--square)}' +
  'footer{padding-bottom:2rem}' +
  '@media(min-width:22.5rem){h1{font-size:var(--text-title)}}' +
  '@media(min-width:40rem){body{font-size:var(--text-body)}main{padding-top:1.5rem}h1{font-size:var(--text-display);margin-bottom:1.25rem}.facts{margin-bottom:1.5rem}.facts svg{width:28px;height:28px}header{padding-top:2rem}}'

/** One sheet for every page, inline: a second request would cost a round trip that captive windows do not always grant. */
export function styleOf(palette: Palette): string {
  return tokensCss(palette) + RULES
}
