/** An open square with a dot, drawn as in shared/look: the place in front of the public building. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M5 10v17h22V10" />
      <circle cx="16" cy="14" r="5" />
    </svg>
  )
}
