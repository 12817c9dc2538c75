/** Three by eight vouchers on A4. Millimetres, because scissors follow them; black on white, because printers do. */
export const SHEET_STYLE = `
.sheet{list-style:none;margin:0 0 24px;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(62mm,1fr));gap:0;background:#fff;color:#000;max-width:198mm}
.voucher,.voucher *{box-sizing:border-box}
.voucher{display:flex;flex-direction:column;justify-content:space-between;gap:.5mm;min-height:35.3mm;padding:1.8mm 2.5mm;border:1px dashed #777;margin:-1px 0 0 -1px;overflow:hidden;font:6.8pt/1.25 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Naskh Arabic",sans-serif}
.voucher p{margin:0;max-width:none;text-wrap:wrap}
.voucher .top{display:flex;justify-content:space-between;gap:2mm}
.voucher .top>div{min-width:0;display:flex;flex-direction:column;justify-content:space-between}
.voucher .head{font-size:7.5pt;max-height:2.5em;overflow:hidden}
.voucher .code{font:600 11pt/1.25 ui-monospace,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:nowrap}
.voucher .code span{display:block;direction:ltr;unicode-bidi:isolate}
[dir=rtl] .voucher .code span{text-align:right}
.voucher .qr{flex:none;width:18mm;height:18mm;background:#fff}
.voucher .foot b{font-weight:600}
@media print{
@page{size:A4;margin:6mm}
html,body{background:#fff}
main:has(.sheet)>:not(.sheet){display:none}
main:has(.sheet){padding:0;max-width:none}
body:has(.sheet) header,body:has(.sheet) footer,body:has(.sheet) .skip{display:none}
.sheet{grid-template-columns:repeat(3,65.7mm);max-width:198mm;margin:0;padding:1px 0 0 1px;break-after:page}
.sheet:last-child{break-after:auto}
.voucher{height:35.3mm;min-height:0;break-inside:avoid}
}
`
