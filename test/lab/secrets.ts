/** Known to both ends of the laboratory only. */
export const SECRET = 'laboratory-secret'
export const TOKEN_KEY = 'laboratory-token-key-of-32-bytes'
