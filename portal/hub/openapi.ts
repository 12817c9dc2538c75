const jose = { 'application/jose': { schema: { type: 'string', description: 'compact JWS (RFC 7515), Ed25519' } } }
const refusal = { description: 'refused; `code` says why', content: { 'application/json': { schema: { type: 'object', properties: { code: { type: 'string' } } } } } }
const ranges = { type: 'array', items: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 } }

/** What devices and programs may ask of the hub, in OpenAPI 3.1. */
export const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Parvis hub', version: '1', license: { name: 'Apache-2.0' } },
  paths: {
    '/v1/batches': {
      post: {
        summary: '1–96 batches as a JSON array, signed whole; may be gzip, at most 64 KiB, at most 1 MiB inflated',
        requestBody: { required: true, content: jose },
        responses: {
          200: {
            description: 'committed',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['acked', 'missing', 'rejected', 'next'],
                  properties: {
                    acked: ranges,
                    missing: ranges,
                    rejected: { type: 'array', items: { type: 'object', properties: { seq: { type: 'integer' }, code: { type: 'string' } } } },
                    next: { type: 'string', description: 'the next POST repeats it in its protected header' },
                  },
                },
              },
            },
          },
          400: refusal, 401: refusal, 403: refusal, 409: refusal, 413: refusal, 415: refusal, 503: refusal,
        },
      },
    },
    '/v1/enrol/challenge': { get: { summary: 'a nonce for one enrolment', responses: { 200: { description: '{nonce}' }, 429: refusal } } },
    '/v1/enrol': {
      post: { summary: 'JWS {code, nonce, aud, gateway, epoch, model} with the key in `jwk`', requestBody: { required: true, content: jose }, responses: { 200: { description: 'enrolled', content: jose }, 400: refusal, 403: refusal, 409: refusal, 429: refusal } },
    },
    '/v1/vouchers': {
      post: { summary: 'JWS {aud, minute, id, code or renews, used, places}: a lease of a voucher, or its return', requestBody: { required: true, content: jose }, responses: { 200: { description: 'granted, returned, refused or clock', content: jose }, 400: refusal, 401: refusal, 403: refusal, 409: refusal, 429: refusal } },
    },
    '/v1/voucher-marks': {
      post: { summary: 'JWS {aud, minute, id, have}: 32 bits of each voucher that is good, for gateways that will be cut off', requestBody: { required: true, content: jose }, responses: { 200: { description: 'marks, same or clock', content: jose }, 400: refusal, 401: refusal, 403: refusal, 409: refusal } },
    },
    '/v1/receipt-heads': { get: { summary: 'signed heads over the days of receipts of a gateway at a site, without sizes', responses: { 200: { description: '{gateway, site, heads: [{day, head, key}]}' }, 400: refusal } } },
    '/v1/certificate': {
      post: { summary: 'JWS {nonce, aud, csr?} of an enrolled gateway; answered with a JWS {nonce, name, state, chain?, reason?}', requestBody: { required: true, content: jose }, responses: { 200: { description: 'as it stands: none, pending, issued or failed', content: jose }, 400: refusal, 401: refusal, 403: refusal, 404: refusal, 409: refusal, 413: refusal, 415: refusal } },
    },
    '/v1/time': {
      get: {
        summary: 'the hub’s clock, signed over the nonce',
        parameters: [{ name: 'nonce', in: 'query', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{16,64}$' } }],
        responses: { 200: { description: '{nonce, now_ms}', content: jose }, 400: refusal },
      },
    },
    '/healthz': { get: { summary: 'the process lives', responses: { 200: { description: 'yes' } } } },
    '/readyz': { get: { summary: 'it can do its work', responses: { 200: { description: 'yes' }, 503: { description: 'not now' } } } },
  },
} as const
