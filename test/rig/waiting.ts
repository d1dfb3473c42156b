/** Lets a test wait until something is so: whoever changes it says so, and all that wait look again. */
export function createWaiting() {
  const looks = new Set<() => void>()
  return {
    changed(): void {
      for (const look of [...looks]) look()
    },
    /** At once where it is so already. */
    until: (isSo: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (!isSo()) return
          looks.delete(look)
          resolve()
        }
        looks.add(look)
        look()
      }),
  }
}
