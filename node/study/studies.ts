import { epsilon } from './epsilon.js'
import { faults } from './faults.js'
import { frontier } from './frontier.js'
import { reserve } from './reserve.js'
import { scale } from './scale.js'
import { strategies } from './strategies.js'
import type { Study } from './study.js'
import { truthfulness } from './truthfulness.js'
import { views } from './views.js'

/** All that there are, in the order in which `overage study all` holds them: the longest last. */
export const studies: readonly Study[] = [strategies, reserve, epsilon, faults, views, truthfulness, frontier, scale]
