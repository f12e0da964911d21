/** Runs all tasks in order, `width` at a time. The first failure is thrown; no task begins after it. */
export async function inTurns(tasks: readonly (() => Promise<unknown>)[], width: number): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      await tasks[index]!().catch((error: unknown) => {
        next = tasks.length
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}
