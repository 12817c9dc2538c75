/** An open square with a dot: the place in front of the public building. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M5 11v16h22V11" />
      <circle cx="16" cy="7" r="4" />
    </svg>
  )
}
