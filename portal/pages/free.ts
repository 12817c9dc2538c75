// Where no page is needed, what someone sees who looks all the same.
import { html } from 'hono/html'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'

/** Let in on sight: nothing was asked, so nothing is to be done. */
export function freePage(reader: Reader, path: string, online: boolean): Html {
  const { t, servicesUrl } = reader
  const services = servicesUrl === undefined ? '' : html`<p><a class="go quiet" href="${servicesUrl}">${t('link.services')}</a></p>`
  const body = online
    ? html`<span class="sign good">${ICONS.tick}</span><h1 tabindex="-1" autofocus>${t('success.heading')}</h1><p role="status">${t('free.online')}</p><p>${t('success.stuck')}</p><p class="small">${t('status.free')}</p>${services}`
    : html`<span class="sign">${ICONS.cut}</span><h1 tabindex="-1" autofocus>${t('free.offline.heading')}</h1><p>${t('free.offline.text')}</p><p><strong>${t('free.offline.when')}</strong></p><p><a class="go" href="${href(reader, path)}">${ICONS.press}<span>${t('failure.retry')}</span></a></p>${services}`
  return frame(reader, { title: t('free.title'), body, path, services: 'shown' })
}
