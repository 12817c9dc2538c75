// Makes a fresh clone ready. Plain JavaScript, so that whatever Node ≥ 18 the machine has can run it:
// it installs the locked packages (Node 24 among them), builds the kiosk's screen and compiles the server ahead, each only when
// its inputs changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 18
const RUNNING_NODE = 24
const LOCK_WAIT_MS = 10 * 60_000
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lock = join(root, '.bootstrap.lock')
// The stamp lives inside node_modules and is written last, so an interrupted install is done again.
const installStamp = join(root, 'node_modules', '.parvis-stamp')
const screenStamp = join(root, 'kiosk', 'ui', 'dist', '.stamp')
const SCREEN_SOURCES = ['kiosk/ui', 'shared/i18n', 'package-lock.json']
// Node keeps here what it made of each .ts: read from there, a server starts in half the time and never loads the compiler (45 MB).
const compileCache = join(root, 'node_modules', '.cache', 'parvis')
const compileStamp = join(compileCache, '.stamp')
const LAUNCH_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=100', '--no-concurrent-marking', '--expose-gc', '--v8-pool-size=1', '--no-allocation-site-pretenuring']
const SERVER_SOURCES = ['portal', 'radius', 'kiosk', 'shared', 'scripts']

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

function compileKey() {
  const hash = createHash('sha256').update(installKey()).update(LAUNCH_FLAGS.join(' '))
  for (const source of SERVER_SOURCES) {
    for (const file of files(join(root, source))) {
      if (!file.endsWith('.ts')) continue
      const { size, mtimeMs } = statSync(file)
      hash.update(`${file.slice(root.length)} ${size} ${mtimeMs}`)
    }
  }
  return hash.digest('hex')
}

function run(command, args, env = process.env) {
  // Our own standard output belongs to the program that follows; installers speak on standard error.
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`${[command, ...args].join(' ')} failed (${error?.message ?? `exit ${status}`})`)
}

/** When a process began, in ticks since the boot: a number that comes again, after a reboot or in another namespace, is another process. */
function beganAt(pid) {
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? ''
}

/** `owner` is what `self` of the process that wrote it was. */
function alive(owner) {
  const [pid = '', began = ''] = owner.split(' ')
  const now = existsSync('/proc/self/stat') ? beganAt(pid) : ''
  // Another account's process may be hidden from us there: then its number has to do.
  if (now !== '') return now === began
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
/** As /proc calls us: in a container our own number may be another's outside. */
function self() {
  const pid = existsSync('/proc/self/stat') ? readlinkSync('/proc/self') : process.pid
  return `${pid} ${beganAt('self')}`
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
      const owner = read(join(lock, 'owner'))
      if (owner && !alive(owner)) rmSync(lock, { recursive: true, force: true })
      else if (Date.now() > deadline) fail(`another installation holds ${lock}; remove it if none is running`)
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
  writeFileSync(join(lock, 'owner'), self())
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
  // Our own Node 24 comes for x86-64 with glibc; what runs after this is TypeScript, which no Node before 24 takes as it is.
  const own = spawnSync(join(root, 'node_modules', '.bin', 'node'), ['--version']).status === 0
  if (!own && major < RUNNING_NODE) fail(`for ${process.platform} ${process.arch} the project brings no Node of its own: install Node ${RUNNING_NODE} or newer (this is ${process.versions.node})`)
  writeFileSync(installStamp, installKey())
}

function buildScreen() {
  const config = join(root, 'kiosk', 'ui', 'vite.config.ts')
  if (read(screenStamp) === screenKey()) return
  process.stderr.write('parvis: building the kiosk screen\n')
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  run('node', [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', config, '--logLevel', 'warn'], env)
  writeFileSync(screenStamp, screenKey())
}

function compile() {
  if (read(compileStamp) === compileKey()) return
  rmSync(compileCache, { recursive: true, force: true })
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NODE_COMPILE_CACHE: compileCache }
  // The cache belongs to the flags it was made under: those of scripts/parvis.
  run('node', [...LAUNCH_FLAGS, join(root, 'scripts', 'compile.ts')], env)
  // Node makes no cache where coverage is asked for.
  mkdirSync(compileCache, { recursive: true })
  writeFileSync(compileStamp, compileKey())
}

/** What was made by another user is used as it is: it may be slower, it is never wrong. */
function writable() {
  try {
    accessSync(root, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const major = Number(process.versions.node.split('.')[0])
if (major < OLDEST_NODE) fail(`Node ${process.versions.node} is too old; install Node ${OLDEST_NODE} or newer`)
const installed = () => read(installStamp) === installKey() && read(screenStamp) === screenKey()
const upToDate = () => installed() && read(compileStamp) === compileKey()
if (!upToDate() && !(installed() && !writable())) {
  locked(() => {
    install()
    buildScreen()
    compile()
  })
}
