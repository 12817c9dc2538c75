// UniFi's external portal: the redirect. Facts: the guest page's address `/guest/s/{site}/?ap=&id=&t=&url=&ssid=`.
import { parseMacAddress } from '#shared/personal.ts'
import { refused, type Arrival, type Controller, type Introduction, type Redirect } from './controller.ts'
import { hintsOf, present, single } from './parameters.ts'

/** Nothing signs it: the controller is asked whether this MAC is a guest who waits (`unifi-gate.ts`). */
export function readUnifi({ query }: Redirect, { name }: Controller): Introduction {
  const mac = parseMacAddress(single(query, 'id') ?? '')
  if (mac === undefined) return refused('mac')
  const wanted = single(query, 'url')
  const arrival: Arrival = {
    controller: name, bind: 'claim', mac, event: 'login',
    hints: hintsOf({ ssid: single(query, 'ssid'), called: single(query, 'ap') }),
    facts: present({ ap: parseMacAddress(single(query, 'ap') ?? '') }),
    ...(wanted !== undefined && { wanted }),
  }
  return { kind: 'arrival', arrival }
}
