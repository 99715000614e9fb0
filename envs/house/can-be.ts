import { cleanable, coolable, heatable, homes, type ObjectKind, type ReceptacleKind } from './kinds.ts';
import type { Category } from './task.ts';

/** What each category takes. */
const able: Readonly<Partial<Record<Category, ReadonlySet<string>>>> = {
  clean: cleanable,
  heat: heatable,
  cool: coolable,
};

/** Whether a kind of object can be what the category asks for. */
export function canBecome(category: Category, object: string): boolean {
  return able[category]?.has(object) ?? true;
}

/** Whether it can lie there too. */
export function canBe(category: Category, object: string, target: string): boolean {
  return canBecome(category, object) && homes[object as ObjectKind]?.[target as ReceptacleKind] !== undefined;
}
