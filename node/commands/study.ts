import type { Command } from 'commander'
import type { StudyFlags } from '../study/request.js'

const help = `
A study holds many simulated markets, each once for every seed, and answers one question with a table (NAME.csv,
NAME.json) and pictures (NAME-*.svg). 'overage study list' says which there are; 'overage study all' holds them all.

Studies take from minutes to hours. Every run that is done is kept in runs.jsonl: an interrupted study goes on where it
stopped, and more --seeds add to what is there. Runs made by other code are not mixed in.

Exit codes: 0 done; 1 a law was broken in some run; 2 wrong usage; 130 interrupted.

Examples:
  $ overage study list
  $ overage study views --quick            small markets, few seeds: a look in a minute
  $ overage study truthfulness --seeds 400 --out results`

export function addStudy(program: Command): void {
  program
    .command('study')
    .argument('<name>', "a study, 'all', or 'list'")
    .description('hold many simulated markets to answer a question, with a table and pictures')
    .option('-o, --out <folder>', 'where results go', '.overage/study')
    .option('--quick', 'small markets, few points, few seeds')
    .option('--seeds <count>', 'markets at each point (default: as the study says)')
    .option('--workers <count>', 'markets held at once, and threads of a large one (default: one a core)')
    .addHelpText('after', help)
    .action(async (name: string, flags: StudyFlags) => {
      if (name === 'list') {
        const { printStudies } = await import('../study/report.js')
        process.stdout.write(printStudies())
        return
      }
      const [{ runStudies }, { studyRequestOf }] = await Promise.all([
        import('../study/run.js'),
        import('../study/request.js'),
      ])
      await runStudies(await studyRequestOf(name, flags))
    })
}
