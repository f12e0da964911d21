export const policyNames = ['tracking', 'fixed', 'loser', 'clearing'] as const
export type PolicyName = (typeof policyNames)[number]
