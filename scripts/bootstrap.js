// Makes a fresh clone ready. Plain JavaScript, so that whatever Node ≥ 18 the machine has can run it:
// it installs the locked packages (Node 24 among them) and builds the kiosk's screen, each only when its inputs changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 18
const LOCK_WAIT_MS = 10 * 60_000
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lock = join(root, '.bootstrap.lock')
// The stamp lives inside node_modules and is written last, so an interrupted install is done again.
const installStamp = join(root, 'node_modules', '.parvis-stamp')
const screenStamp = join(root, 'kiosk', 'ui', 'dist', '.stamp')
const SCREEN_SOURCES = ['kiosk/ui', 'shared/i18n', 'package-lock.json']

function fail(text) {
  process.stderr.write(`parvis: ${text}\n`)
  process.exit(1)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function* files(path) {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory()) return void (yield path)
  for (const name of readdirSync(path).sort()) {
    if (name !== 'dist' && name !== 'node_modules') yield* files(join(path, name))
  }
}

function installKey() {
  const hash = createHash('sha256').update(read(join(root, 'package-lock.json')))
  return hash.update(`${process.platform} ${process.arch}`).digest('hex')
}

function screenKey() {
  const hash = createHash('sha256')
  for (const source of SCREEN_SOURCES) for (const file of files(join(root, source))) hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex')
}

function run(command, args, env = process.env) {
  // Our own standard output belongs to the program that follows; installers speak on standard error.
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`${[command, ...args].join(' ')} failed (${error?.message ?? `exit ${status}`})`)
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** One installer at a time: a second start waits for the first, and a lock whose owner died is taken over. */
function locked(work) {
  const deadline = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot write ${lock}: ${error.message}`)
      const owner = Number(read(join(lock, 'pid')))
      if (owner && !alive(owner)) rmSync(lock, { recursive: true, force: true })
      else if (Date.now() > deadline) fail(`another installation holds ${lock}; remove it if none is running`)
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
  writeFileSync(join(lock, 'pid'), String(process.pid))
  try {
    work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function install() {
  if (read(installStamp) === installKey()) return
  process.stderr.write('parvis: installing the locked packages (once)\n')
  rmSync(installStamp, { force: true })
  const npm = process.env.npm_execpath
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error']
  if (npm?.endsWith('npm-cli.js')) run(process.execPath, [npm, ...args])
  else run('npm', args)
  writeFileSync(installStamp, installKey())
}

function buildScreen() {
  const config = join(root, 'kiosk', 'ui', 'vite.config.ts')
  if (!existsSync(config) || read(screenStamp) === screenKey()) return
  process.stderr.write('parvis: building the kiosk screen\n')
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  run('node', [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', config, '--logLevel', 'warn'], env)
  writeFileSync(screenStamp, screenKey())
}

const major = Number(process.versions.node.split('.')[0])
if (major < OLDEST_NODE) fail(`Node ${process.versions.node} is too old; install Node ${OLDEST_NODE} or newer`)
const upToDate = () =>
  read(installStamp) === installKey() && (!existsSync(join(root, 'kiosk', 'ui', 'vite.config.ts')) || read(screenStamp) === screenKey())
if (!upToDate()) {
  locked(() => {
    install()
    buildScreen()
  })
}
