// The part of SVG that draws. A logo is shown as an image, where nothing runs and nothing is fetched anyway (SVG 2, secure static
// mode); a file that would try is refused all the same, so that a city learns of it.

const ELEMENTS = new Set([
  'svg', 'g', 'path', 'circle', 'ellipse', 'rect', 'line', 'polyline', 'polygon', 'defs', 'use', 'symbol', 'clipPath', 'mask',
  'linearGradient', 'radialGradient', 'stop', 'style', 'title', 'desc',
])
/** Comments, the declaration, tags, and what stands between. */
const TOKENS = /<!--[^]*?-->|<\?xml[^>]*\?>|<(?<slash>\/?)(?<name>[A-Za-z][\w:.-]*)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|[^<]+/gy
const ATTRIBUTES = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const REFERENCES = new Set(['href', 'xlink:href', 'src'])

/** Only what is in this very file may be referred to; entities and escapes could hide another address. */
function checkValue(value: string): void {
  for (const [, target = ''] of value.matchAll(/url\(\s*['"]?\s*([^)]*)/gi)) if (!target.startsWith('#')) throw new TypeError(`it refers to ${target.slice(0, 40)}, outside of itself`)
  if (/@import|\\|javascript:|&#/i.test(value)) throw new TypeError('it holds an import, a script or escapes')
}

function checkAttribute(name: string, value: string): void {
  if (/^on/i.test(name)) throw new TypeError(`it holds a script: ${name}`)
  if (REFERENCES.has(name.toLowerCase()) && !value.startsWith('#')) throw new TypeError(`it refers to ${value.slice(0, 40)}, outside of itself`)
  checkValue(value)
}

/**
 * @returns The drawing without comments, declaration and the white space between elements.
 * @throws TypeError when it is none, would run or fetch something, or holds what does not draw.
 */
export function readSvg(text: string): string {
  const open: string[] = []
  const kept: string[] = []
  let at = 0
  for (const { 0: token, index, groups: { slash, name, attributes = '', empty } = {} } of text.replace(/^\uFEFF/, '').matchAll(TOKENS)) {
    at = index + token.length
    if (token.startsWith('<!--') || token.startsWith('<?')) continue
    if (name === undefined) {
      if (open.length === 0 && token.trim() !== '') break
      checkValue(token)
      kept.push(token.replace(/\s+/g, ' ').trim())
      continue
    }
    if (open.length === 0 && (kept.some((one) => one !== '') || name !== 'svg')) throw new TypeError('it is not one SVG drawing')
    if (!ELEMENTS.has(name)) throw new TypeError(`<${name}> is not part of a logo`)
    for (const [, attribute = '', double, single] of attributes.matchAll(ATTRIBUTES)) checkAttribute(attribute, double ?? single ?? '')
    if (slash) {
      if (open.pop() !== name) throw new TypeError(`</${name}> closes nothing`)
    } else if (!empty) open.push(name)
    kept.push(token.replace(/\s+/g, ' '))
  }
  const svg = kept.join('')
  if (svg === '' || open.length > 0 || at < text.replace(/^\uFEFF/, '').trimEnd().length) throw new TypeError('it is neither a PNG nor a well-formed SVG of the kind that draws')
  if (!/^<svg[^>]*\sxmlns\s*=/.test(svg) || !/^<svg[^>]*\s(viewBox|width)\s*=/.test(svg)) throw new TypeError('its <svg> needs xmlns and a viewBox')
  return svg
}
