import { spawn } from 'node:child_process'

/** Runs a child with our terminal and hands it our signals. Resolves to its exit code; 1 when a signal ended it. */
export function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  return new Promise((resolve) => {
    const done = (code: number): void => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve(code)
    }
    child.on('error', () => done(1))
    child.on('exit', (code) => done(code ?? 1))
  })
}
