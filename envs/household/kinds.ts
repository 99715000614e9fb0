/**
 * The kinds of receptacles and objects, under the names that ALFWorld prints, and what can be done with them.
 * The facts are those of ALFWorld's own games (which kind may lie in which, what may be cleaned, heated, cooled or
 * sliced); the weights are rounded from how often its training games place a kind there.
 */

export const receptacleKinds = [
  'armchair', 'bathtubbasin', 'bed', 'cabinet', 'cart', 'coffeemachine', 'coffeetable', 'countertop', 'desk', 'diningtable',
  'drawer', 'dresser', 'fridge', 'garbagecan', 'handtowelholder', 'laundryhamper', 'microwave', 'ottoman', 'safe', 'shelf',
  'sidetable', 'sinkbasin', 'sofa', 'stoveburner', 'toaster', 'toilet', 'toiletpaperhanger', 'towelholder', 'tvstand',
] as const;
export type ReceptacleKind = (typeof receptacleKinds)[number];

/** The share of the receptacles of a kind that have a door (or are drawn out). Those without one are always open. */
export const doors: Partial<Record<ReceptacleKind, number>> = { cabinet: 0.85, drawer: 0.85, fridge: 1, microwave: 1, safe: 0.9 };

/** How many objects a receptacle holds at most when a task begins; 8 where nothing is said. Later there is no limit, as in ALFWorld. */
export const capacity: Partial<Record<ReceptacleKind, number>> = {
  coffeemachine: 1, handtowelholder: 1, toiletpaperhanger: 1, towelholder: 1, stoveburner: 1, microwave: 2, cart: 3, safe: 3, toilet: 3,
  armchair: 3, cabinet: 4, drawer: 4, garbagecan: 4, shelf: 4, sinkbasin: 4,
};

type Homes = Partial<Record<ReceptacleKind, number>>;

/** Where each kind of object may be put, and how usual it is to find it there. A weight of 0: it may be put there, and never starts there. */
const homesOf = {
  alarmclock: { desk: 5, shelf: 3, sidetable: 3, dresser: 2, diningtable: 1, countertop: 1 },
  apple: { countertop: 5, fridge: 5, diningtable: 3, microwave: 3, garbagecan: 2, sinkbasin: 2, sidetable: 1 },
  book: { bed: 6, desk: 3, coffeetable: 3, drawer: 2, dresser: 2, sofa: 2, armchair: 1, sidetable: 1, shelf: 1, diningtable: 1, cabinet: 1, countertop: 1, ottoman: 1 },
  bowl: { cabinet: 5, fridge: 3, countertop: 3, diningtable: 3, desk: 3, shelf: 2, coffeetable: 2, dresser: 1, microwave: 1, sinkbasin: 1, sidetable: 1 },
  box: { diningtable: 4, coffeetable: 4, sofa: 4, sidetable: 2, desk: 2, cabinet: 1, dresser: 1, shelf: 1, armchair: 1, ottoman: 1 },
  bread: { countertop: 6, diningtable: 4, fridge: 2, garbagecan: 1, sidetable: 1, microwave: 0 },
  butterknife: { countertop: 6, diningtable: 3, drawer: 2, sinkbasin: 1, sidetable: 1 },
  candle: { countertop: 4, toilet: 4, sidetable: 3, drawer: 2, cabinet: 2, coffeetable: 2, diningtable: 2, shelf: 2, cart: 1, dresser: 1 },
  cd: { drawer: 4, desk: 3, dresser: 3, sidetable: 2, shelf: 2, garbagecan: 1, diningtable: 1, cabinet: 1, safe: 1, countertop: 1 },
  cellphone: { bed: 4, desk: 3, drawer: 3, dresser: 2, sidetable: 2, shelf: 2, coffeetable: 2, sofa: 2, armchair: 1, diningtable: 1, countertop: 1, safe: 1, ottoman: 1 },
  cloth: { bathtubbasin: 5, cabinet: 3, drawer: 3, countertop: 3, shelf: 1, sinkbasin: 1, toilet: 1, cart: 1, dresser: 1, garbagecan: 0, laundryhamper: 0, sidetable: 0, desk: 0, diningtable: 0, armchair: 0 },
  creditcard: { drawer: 4, sofa: 3, desk: 3, shelf: 3, sidetable: 3, coffeetable: 3, dresser: 2, armchair: 2, diningtable: 1, countertop: 1, safe: 1, ottoman: 1 },
  cup: { cabinet: 4, countertop: 4, fridge: 4, diningtable: 3, sinkbasin: 2, microwave: 1, sidetable: 1, shelf: 1 },
  dishsponge: { countertop: 4, cabinet: 4, drawer: 4, diningtable: 2, bathtubbasin: 2, sinkbasin: 2, garbagecan: 1, shelf: 1, toilet: 1, cart: 1, sidetable: 1 },
  egg: { countertop: 4, fridge: 4, sinkbasin: 2, microwave: 2, garbagecan: 2, diningtable: 2, sidetable: 1 },
  fork: { countertop: 5, drawer: 4, diningtable: 3, sinkbasin: 1, sidetable: 1 },
  glassbottle: { cabinet: 4, countertop: 4, diningtable: 2, sinkbasin: 1, fridge: 1, shelf: 1, microwave: 0 },
  handtowel: { handtowelholder: 8, countertop: 1, cabinet: 0, cart: 0, drawer: 0, garbagecan: 0, shelf: 0, sidetable: 0, toilet: 0, bathtubbasin: 0, sinkbasin: 0 },
  kettle: { stoveburner: 4, countertop: 3, cabinet: 3, diningtable: 1, sinkbasin: 1, shelf: 1, sidetable: 1 },
  keychain: { drawer: 4, desk: 3, coffeetable: 3, sidetable: 3, shelf: 2, dresser: 2, sofa: 2, armchair: 1, diningtable: 1, safe: 1, countertop: 1, ottoman: 1 },
  knife: { countertop: 5, diningtable: 3, drawer: 3, sinkbasin: 1, sidetable: 1 },
  ladle: { countertop: 4, cabinet: 3, drawer: 2, diningtable: 1, sinkbasin: 1 },
  laptop: { bed: 6, sofa: 3, coffeetable: 3, diningtable: 2, desk: 2, dresser: 1, sidetable: 1, armchair: 1, ottoman: 1, countertop: 1 },
  lettuce: { countertop: 5, diningtable: 3, fridge: 3, sinkbasin: 1, garbagecan: 1, sidetable: 1 },
  mug: { countertop: 4, coffeemachine: 3, cabinet: 3, fridge: 3, desk: 3, diningtable: 2, microwave: 2, sidetable: 2, shelf: 2, dresser: 1, sinkbasin: 1 },
  newspaper: { sofa: 4, coffeetable: 4, diningtable: 3, shelf: 3, sidetable: 2, armchair: 2, dresser: 1, drawer: 1, ottoman: 1, cabinet: 0, garbagecan: 0 },
  pan: { stoveburner: 5, countertop: 4, cabinet: 1, diningtable: 1, fridge: 1, sidetable: 1, sinkbasin: 0 },
  papertowelroll: { countertop: 4, garbagecan: 2, diningtable: 2, shelf: 1, toilet: 1, sidetable: 1, cabinet: 0, cart: 0, drawer: 0 },
  pen: { desk: 4, drawer: 3, shelf: 3, dresser: 2, sidetable: 2, coffeetable: 2, diningtable: 1, garbagecan: 1, countertop: 1 },
  pencil: { desk: 4, drawer: 3, sidetable: 3, shelf: 2, dresser: 2, coffeetable: 2, diningtable: 1, garbagecan: 1, countertop: 1 },
  peppershaker: { cabinet: 4, countertop: 4, diningtable: 2, drawer: 3, shelf: 1, sidetable: 1 },
  pillow: { bed: 8, sofa: 8, armchair: 2, ottoman: 1 },
  plate: { cabinet: 5, countertop: 4, diningtable: 3, coffeetable: 2, fridge: 1, shelf: 1, sinkbasin: 1, sidetable: 1, microwave: 0, dresser: 0 },
  pot: { stoveburner: 7, countertop: 2, fridge: 1, diningtable: 1, cabinet: 1, shelf: 1, sinkbasin: 0, sidetable: 0 },
  potato: { countertop: 4, fridge: 4, diningtable: 3, sinkbasin: 2, microwave: 2, garbagecan: 1, sidetable: 1 },
  remotecontrol: { coffeetable: 4, sofa: 4, sidetable: 3, tvstand: 2, diningtable: 2, dresser: 2, drawer: 2, armchair: 2, desk: 2, shelf: 1, countertop: 1, ottoman: 1 },
  saltshaker: { cabinet: 4, countertop: 4, drawer: 3, diningtable: 2, shelf: 1, sidetable: 1 },
  soapbar: { countertop: 4, toilet: 3, sinkbasin: 3, cabinet: 2, drawer: 2, bathtubbasin: 2, garbagecan: 1, shelf: 1, sidetable: 1, cart: 1 },
  soapbottle: { countertop: 5, cabinet: 4, toilet: 4, diningtable: 2, garbagecan: 2, shelf: 1, drawer: 1, sidetable: 1, cart: 1 },
  spatula: { countertop: 5, drawer: 3, diningtable: 3, sinkbasin: 1, sidetable: 1 },
  spoon: { countertop: 5, drawer: 4, diningtable: 3, sinkbasin: 1, sidetable: 1 },
  spraybottle: { countertop: 5, toilet: 4, cabinet: 3, garbagecan: 2, diningtable: 1, shelf: 1, cart: 1, sidetable: 1, dresser: 1, drawer: 0 },
  statue: { coffeetable: 4, shelf: 4, diningtable: 3, sidetable: 2, dresser: 2, countertop: 2, desk: 1, safe: 0 },
  teddybear: { bed: 8, armchair: 1, sofa: 1 },
  tissuebox: { coffeetable: 4, countertop: 3, diningtable: 3, desk: 3, shelf: 2, drawer: 2, sidetable: 2, cabinet: 1, tvstand: 1, dresser: 1, toilet: 1, cart: 1, garbagecan: 0 },
  toiletpaper: { toilet: 4, countertop: 4, toiletpaperhanger: 3, cabinet: 2, drawer: 2, garbagecan: 2, shelf: 1, sidetable: 1, dresser: 1, cart: 0 },
  tomato: { fridge: 5, countertop: 5, diningtable: 3, garbagecan: 2, sinkbasin: 1, microwave: 1, sidetable: 1 },
  towel: { towelholder: 1 },
  vase: { shelf: 4, coffeetable: 3, diningtable: 2, sidetable: 2, countertop: 2, dresser: 2, cabinet: 1, desk: 1, safe: 0 },
  watch: { coffeetable: 4, drawer: 3, sidetable: 3, diningtable: 2, dresser: 2, desk: 2, shelf: 1 },
  wateringcan: { coffeetable: 3, shelf: 2, sidetable: 1, dresser: 1, desk: 1, diningtable: 1, drawer: 0, cabinet: 0 },
  winebottle: { countertop: 4, cabinet: 3, diningtable: 3, garbagecan: 1, shelf: 1, fridge: 1, sidetable: 1 },
  // Fixtures: they are seen and stay where the house has them.
  desklamp: { desk: 4, sidetable: 3, dresser: 3, shelf: 1 },
  houseplant: { sidetable: 3, countertop: 3, coffeetable: 2, shelf: 2, desk: 1, dresser: 1, diningtable: 1 },
  television: { tvstand: 4, dresser: 3, coffeetable: 1 },
} as const satisfies Record<string, Homes>;

export type ObjectKind = keyof typeof homesOf;
export const objectKinds = Object.keys(homesOf) as [ObjectKind, ...ObjectKind[]];
export const homes: Readonly<Record<ObjectKind, Homes>> = homesOf;

const kinds = (...names: ObjectKind[]): ReadonlySet<string> => new Set(names);

export const cleanable = kinds('apple', 'bowl', 'butterknife', 'cloth', 'cup', 'dishsponge', 'egg', 'fork', 'kettle', 'knife', 'ladle', 'lettuce', 'mug', 'pan', 'plate', 'pot', 'potato', 'soapbar', 'spatula', 'spoon', 'tomato');
export const heatable = kinds('apple', 'bread', 'cup', 'egg', 'mug', 'plate', 'potato', 'tomato');
export const coolable = kinds('apple', 'bowl', 'bread', 'cup', 'egg', 'lettuce', 'mug', 'pan', 'plate', 'pot', 'potato', 'tomato', 'winebottle');
export const sliceable = kinds('apple', 'bread', 'egg', 'lettuce', 'potato', 'tomato');
export const knives = kinds('butterknife', 'knife');
/** Objects that can hold others. Examining one tells what is in it (here always nothing), not how it is. */
export const vessels = kinds('bowl', 'box', 'cup', 'mug', 'pan', 'plate', 'pot');
export const lamps = kinds('desklamp');
export const fixtures = kinds('desklamp', 'houseplant', 'television');

/** `mug` for `mug 2`; a name without a number is its own kind. */
export function kindOf(name: string): string {
  const space = name.lastIndexOf(' ');
  return space < 0 ? name : name.slice(0, space);
}

/** The order of ALFWorld's lists: kinds by code point, and within a kind the highest number first. */
export function listOrder(a: string, b: string): number {
  const kind = kindOf(a), other = kindOf(b);
  if (kind !== other) return kind < other ? -1 : 1;
  return Number(b.slice(kind.length)) - Number(a.slice(kind.length));
}
