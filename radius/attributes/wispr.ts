import { byte, integer, octets, text } from '../values.ts'
import { ofVendor, row } from './row.ts'

/** Wi-Fi Alliance, WISPr: bandwidth in bits per second. */
const wisprOwn = ofVendor(14_122, {
  'WISPr-Location-ID': row(1, text), 'WISPr-Location-Name': row(2, text), 'WISPr-Logoff-URL': row(3, text), 'WISPr-Redirection-URL': row(4, text),
  'WISPr-Bandwidth-Min-Up': row(5, integer), 'WISPr-Bandwidth-Min-Down': row(6, integer), 'WISPr-Bandwidth-Max-Up': row(7, integer),
  'WISPr-Bandwidth-Max-Down': row(8, integer), 'WISPr-Session-Terminate-Time': row(9, text),
  'WISPr-Session-Terminate-End-Of-Day': row(10, text), 'WISPr-Billing-Class-Of-Service': row(11, text),
})

/** The Wireless Broadband Alliance has taken over WISPr's number: OpenRoaming, settlement and service classes. */
const wba = ofVendor(14_122, {
  'WBA-Offered-Service': row(12, text), 'WBA-Financial-Clearing-Provider': row(13, text), 'WBA-Data-Clearing-Provider': row(14, text),
  'WBA-Linear-Volume-Rate': row(15, octets), 'WBA-Identity-Provider': row(16, text), 'WBA-Custom-SLA': row(17, octets),
})

/** Wi-Fi Alliance, Passpoint (Hotspot 2.0). */
const passpoint = ofVendor(40_808, {
  'HS20-Subscription-Remediation-Needed': row(1, octets), 'HS20-AP-Version': row(2, byte), 'HS20-Mobile-Device-Version': row(3, octets),
  'HS20-Deauthentication-Request': row(4, octets), 'HS20-Session-Information-URL': row(5, octets),
})

export const wispr = { ...wisprOwn, ...wba, ...passpoint }
