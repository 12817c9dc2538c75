/** Three by eight vouchers on A4. Millimetres, because scissors follow them; black on white, because printers do. */
export const SHEET_STYLE = `
.sheet{list-style:none;margin:0 0 24px;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(62mm,1fr));gap:0;background:#fff;color:#000;max-width:198mm}
.voucher{display:grid;grid-template-columns:1fr auto;grid-template-rows:auto 1fr auto;gap:0 2mm;min-height:34mm;padding:2.5mm;border:1px dashed #777;margin:-1px 0 0 -1px;overflow:hidden;font:7.5pt/1.25 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Naskh Arabic",sans-serif}
.voucher p{margin:0;max-width:none;text-wrap:balance}
.voucher .head{grid-column:1/-1;font-size:8pt;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.voucher .code{align-self:center;font:600 11.5pt/1.25 ui-monospace,"DejaVu Sans Mono","Liberation Mono",monospace;direction:ltr;unicode-bidi:isolate;white-space:nowrap}
.voucher .code span{display:block}
.voucher .foot{grid-column:1/-1}
.voucher .foot b{font-weight:600}
.voucher .qr{width:19mm;height:19mm;background:#fff;align-self:center}
@media print{
@page{size:A4;margin:6mm}
html,body{background:#fff}
main:has(.sheet)>:not(.sheet){display:none}
main:has(.sheet){padding:0;max-width:none}
body:has(.sheet) header,body:has(.sheet) footer,body:has(.sheet) .skip{display:none}
.sheet{grid-template-columns:repeat(3,66mm);max-width:198mm;margin:0;break-after:page}
.sheet:last-child{break-after:auto}
.voucher{height:35.5mm;min-height:0;break-inside:avoid}
}
`
