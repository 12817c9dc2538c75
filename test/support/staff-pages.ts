// Every page that staff can meet at the hub, in one language, with its styles inside it: as whoever may do all, and as the voucher desk.
import type { Hub } from '#portal/hub/main.ts'
import type { Language } from '#shared/i18n/texts.ts'

const ORDER = { count: '2', minutes: '120', devices: '1', until: '2027-01-31', form: 'digits', hours: '48', megabytes: '500', down: '2000', up: '500' }

export type StaffPages = {
  /** Name → page: before there is any account. */
  first(language: Language): Promise<Map<string, string>>
  /** Signed in as `admin` and as `desk`, which are made when first needed. */
  all(language: Language): Promise<Map<string, string>>
}

type Asked = { readonly cookie?: string; readonly form?: Readonly<Record<string, string>> }

export function staffPages(hub: Hub): StaffPages {
  const cookies = new Map<string, string>()
  const styles = new Map<string, string>()

  function fetched(path: string, { cookie = '', form }: Asked = {}): Promise<Response> {
    const headers = { cookie, origin: hub.origin }
    if (!form) return hub.fetch(`${hub.origin}${path}`, { headers })
    return hub.fetch(`${hub.origin}${path}`, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(form).toString() })
  }
  async function styled(page: string): Promise<string> {
    const links = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, href = '']) => href)
    for (const href of links) if (!styles.has(href)) styles.set(href, await (await fetched(href)).text())
    return page.replaceAll(/<link rel="stylesheet" href="([^"]+)">/g, (_, href: string) => `<style>${styles.get(href)}</style>`)
  }
  async function signIn(name: 'admin' | 'desk'): Promise<string> {
    const known = cookies.get(name)
    if (known !== undefined) return known
    const password = (await hub.addAccount(name, name)) ?? ''
    const cookie = ((await fetched('/staff/sign-in', { form: { name, password } })).headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    cookies.set(name, cookie)
    return cookie
  }

  /** A page by its status, so that a page that became another one is noticed. */
  function album(language: Language) {
    const pages = new Map<string, string>()
    async function keep(name: string, status: number, path: string, asked?: Asked): Promise<void> {
      const answer = await fetched(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`, asked)
      if (answer.status !== status) throw new Error(`${name}: ${answer.status} instead of ${status}`)
      pages.set(name, await styled(await answer.text()))
    }
    return { pages, keep }
  }

  return {
    async first(language) {
      const { pages, keep } = album(language)
      await keep('first account', 200, '/staff/first')
      await keep('first account, wrong code', 403, '/staff/first', { form: { code: 'x', name: 'claire', password: 'x' } })
      return pages
    },
    async all(language) {
      const { pages, keep } = album(language)
      const [admin, desk] = [await signIn('admin'), await signIn('desk')]
      await keep('sign-in', 200, '/staff/sign-in')
      await keep('sign-in, wrong', 401, '/staff/sign-in', { form: { name: 'nobody', password: 'x' } })
      for (const path of ['/staff', '/staff/sites/place', '/staff/sites/gare', '/staff/download', '/staff/vouchers']) await keep(`admin: ${path}`, 200, path, { cookie: admin })
      await keep('admin: a wrong period', 400, '/staff/download.zip?site=place', { cookie: admin })
      await keep('admin: nowhere', 404, '/staff/nowhere', { cookie: admin })
      await keep('admin: no such site', 404, '/staff/sites/nobody', { cookie: admin })

      await keep('desk: vouchers', 200, '/staff/vouchers', { cookie: desk })
      await keep('desk: not for the desk', 403, '/staff/download', { cookie: desk })
      const form = { ...ORDER, label: `accueil ${language}` }
      await keep('desk: a wrong order', 400, '/staff/vouchers', { cookie: desk, form: { ...form, count: '0' } })
      await keep('desk: the sheet', 200, '/staff/vouchers', { cookie: desk, form })
      await keep('desk: the sheet again', 409, '/staff/vouchers', { cookie: desk, form })
      await keep('desk: the question before voiding', 200, `/staff/vouchers/void?label=${encodeURIComponent(form.label)}`, { cookie: desk })
      await fetched('/staff/vouchers/void', { cookie: desk, form: { label: form.label } })
      await keep('desk: a void batch', 200, '/staff/vouchers', { cookie: desk })
      await keep('desk: an unknown batch', 404, '/staff/vouchers/void?label=nothing', { cookie: desk })
      return pages
    },
  }
}
