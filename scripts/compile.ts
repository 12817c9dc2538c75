// Loads everything that `parvis run` may load, so that Node's compile cache (NODE_COMPILE_CACHE) holds all of it: see bootstrap.js.
await Promise.all([
  import('./commands/all.ts'),
  import('./commands/arguments.ts'),
  import('./run/start.ts'),
  import('./run/portal.ts'),
  import('./run/radius.ts'),
  import('#portal/hub/main.ts'),
  import('#kiosk/main.ts'),
  import('./demo/rehearsal.ts'),
])
