/** The client, names and passwords that every server of the comparison knows: those that `radload` sends, and some people. */
export const CLIENT = 'local'
export const SECRET = 'testing123'
const padded = (index: number): string => String(index).padStart(5, '0')
export const userName = (index: number): string => `user${padded(index)}`
export const password = (index: number): string => `pass${padded(index)}`
export const personName = (index: number): string => `person${padded(index)}`
export const personPassword = (index: number): string => `correct horse ${padded(index)}`
