/** Walks a tree of work, a few pieces at a time: each piece may lead to more. */

/** Resolves when `visit` has been called for everything it led to. `visit` must not reject. */
export function crawl<Item>(
  start: Iterable<Item>,
  atOnce: number,
  visit: (item: Item) => Promise<Item[]>,
): Promise<void> {
  const waiting = [...start]
  let active = 0
  return new Promise((resolve, reject) => {
    const next = () => {
      while (active < atOnce && waiting.length > 0) {
        active++
        visit(waiting.pop() as Item).then((more) => {
          active--
          waiting.push(...more)
          next()
        }, reject)
      }
      if (active === 0) resolve()
    }
    next()
  })
}

/** Resolves as `work` does, or with `late` once that takes longer than `ms`; the work itself goes on. */
export async function within<T, L>(ms: number, work: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<L>((resolve) => {
    timer = setTimeout(resolve, ms, late)
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
