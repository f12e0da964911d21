/** How often, in real time, a thread says how far it is. */
export const progressMs = 100
