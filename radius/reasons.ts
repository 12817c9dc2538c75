/**
 * Why a packet was refused, in words: one row for each code that the log, the metrics and `radius watch` show. The sentences follow
 * "refused: " or "no answer: " and name nobody. A code is never sent; `told.ts` has the few sentences that are.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  // Who asks.
  unknown_client: 'no client is configured under this address',
  rate_limit: 'this client asks more often than its packets_per_second allows',
  overloaded: 'too many requests are being decided',
  unexpected_code: 'this port does not serve this kind of packet',

  // The form of the packet (RFC 2865 §3).
  packet_short: 'shorter than the header of a RADIUS packet',
  length_field: 'the packet’s Length is not between 20 and 4096',
  packet_truncated: 'the packet was cut short on its way',
  attribute_short: 'an attribute is shorter than its own header',
  attribute_overrun: 'an attribute reaches beyond the packet',
  attribute_value: 'an attribute has a value that its kind does not allow',
  packet_full: 'the answer has more attributes than a packet holds',

  // Whether it is believed.
  message_authenticator_absent: 'Message-Authenticator is missing; update the access server, or set require_message_authenticator = false for this client',
  message_authenticator_wrong: 'Message-Authenticator is wrong: the secrets differ, or somebody else wrote the packet',
  authenticator_wrong: 'the authenticator is wrong: the secrets differ, or somebody else wrote the packet',
  proxy_state_unproved: 'Proxy-State without Message-Authenticator is not believed (CVE-2024-3596)',
  proxy_state_limit: 'it has passed more proxies than a sane chain has',
  event_timestamp_outside: 'its Event-Timestamp is more than five minutes off: check both clocks',

  // Access-Request.
  user_name_absent: 'no User-Name',
  credential_not_offered: 'no password, or a way of proving it that is not offered',
  credential_twice: 'it proves its user in two ways at once, which RFC 2865 forbids',
  credential_malformed: 'its way of proving the user is there, but its length or its challenge is wrong',
  user_unknown: 'nobody here knows this user',
  source_late: 'who knows the user did not answer within three seconds',
  source_busy: 'who knows the user has too many questions already',
  station_absent: 'no usable Calling-Station-Id; binding = "none" is for access servers that send none',
  token_key_unknown: 'a portal token under a key that we do not have',
  token_profile_unknown: 'a portal token for a way of signing in that we do not know',
  token_wrong: 'wrong password: a portal token of another device or access server, or a forged one',
  token_replay: 'a portal token that was used before',
  token_before_start: 'a portal token from before this server started',
  token_from_future: 'a portal token from the future: check both clocks',
  token_expired: 'a portal token that was not used in time',
  token_spent: 'the time or the data of this portal token is used up',

  voucher_mistyped: 'a voucher code with a slip in it',
  voucher_unknown: 'a voucher code that nobody made',
  voucher_unsure: 'a voucher code that only the hub can know, and the hub does not answer',
  voucher_wrong: 'wrong password with a voucher code',
  voucher_void: 'a voucher that was declared void',
  voucher_expired: 'a voucher that is out of date',
  voucher_spent: 'the time or the data of this voucher is used up',
  voucher_in_use: 'as many devices as this voucher allows are online',
  voucher_too_soon: 'a device that tries voucher codes too fast',
  voucher_tries: 'too many wrong voucher codes, from all devices at this client or everywhere',

  account_wrong: 'wrong password of an account',
  account_row: 'what is stored of this account is damaged',
  account_too_soon: 'a name whose passwords are tried too fast',
  account_in_use: 'as many devices as this account allows are online',
  account_checks_full: 'more passwords wait to be checked, from this client or in all, than can be in time',
  method_needs_clear_secret: 'this way of proving a password needs an account of kind machine; people’s passwords are checked by PAP alone',

  upstream_refused: 'the server of the user’s realm said no',
  upstream_silent: 'no server of the user’s realm answered in time',
  upstream_malformed: 'the server of the user’s realm answered something that cannot be passed on',
  upstream_busy: 'too many requests wait for the servers of this realm',
  upstream_device_login: 'log-ins to devices themselves are not passed to realms',
  upstream_unacknowledged: 'the server of the user’s realm did not acknowledge it; the access server sends it again',
  proxy_loop: 'it has been here before: two proxies point to each other',

  // Accounting-Request.
  status_type_absent: 'Acct-Status-Type is missing',
  session_id_absent: 'no Acct-Session-Id',
  not_stored: 'it could not be stored; the access server keeps it and sends it again',
  store_late: 'the disk was too slow; the access server keeps it and sends it again',

  // Disconnect- and CoA-Request: `nak_` with the number of its Error-Cause (RFC 5176 §3.5).
  nak_201: 'what was left of the session is removed',
  nak_202: 'an EAP packet that cannot be used',
  nak_401: 'an attribute that we cannot honour',
  nak_402: 'it names no session, or nothing to change',
  nak_403: 'it is meant for another access server',
  nak_404: 'the request contradicts itself',
  nak_405: 'a service that is not offered',
  nak_406: 'not offered here',
  nak_407: 'a value that is not allowed',
  nak_501: 'forbidden by whoever runs the other side',
  nak_502: 'nobody on the way knows where to send it',
  nak_503: 'no such session here',
  nak_504: 'this session cannot be ended',
  nak_505: 'a proxy on the way failed',
  nak_506: 'not done within three seconds, or the gateway does not answer',
  nak_507: 'begun, and not finished yet',
  nak_508: 'more than one session goes by this name',

  late: 'not decided within three seconds',
  failed: 'something went wrong here; the line before this one in the log says what',
}

/** What a reason means, in plain words; the code itself where there are none. */
export function sentenceOf(reason: string): string {
  return Object.hasOwn(SENTENCES, reason) ? (SENTENCES[reason] ?? reason) : reason
}

/** Every code that has a sentence. */
export const REASONS: readonly string[] = Object.keys(SENTENCES)
