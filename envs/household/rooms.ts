import type { ObjectKind, ReceptacleKind } from './kinds.ts';

export const rooms = ['kitchen', 'bedroom', 'bathroom', 'living room'] as const;
export type Room = (typeof rooms)[number];

/** What stands in each room: at least and at most so many of a kind. */
export const furniture: Readonly<Record<Room, Partial<Record<ReceptacleKind, readonly [number, number]>>>> = {
  kitchen: { cabinet: [2, 6], coffeemachine: [1, 1], countertop: [1, 3], diningtable: [0, 1], drawer: [1, 4], fridge: [1, 1], garbagecan: [1, 1], microwave: [1, 1], shelf: [0, 2], sidetable: [0, 1], sinkbasin: [1, 1], stoveburner: [2, 4], toaster: [1, 1] },
  bedroom: { armchair: [0, 1], bed: [1, 1], desk: [0, 2], drawer: [2, 6], dresser: [0, 1], garbagecan: [1, 1], laundryhamper: [0, 1], safe: [0, 1], shelf: [0, 5], sidetable: [1, 2] },
  bathroom: { bathtubbasin: [0, 1], cabinet: [0, 4], cart: [0, 1], countertop: [1, 2], drawer: [0, 4], garbagecan: [1, 1], handtowelholder: [1, 2], shelf: [0, 2], sidetable: [0, 1], sinkbasin: [1, 2], toilet: [1, 1], toiletpaperhanger: [1, 1], towelholder: [1, 1] },
  'living room': { armchair: [1, 2], cabinet: [0, 3], coffeetable: [1, 2], diningtable: [0, 1], drawer: [0, 4], dresser: [0, 1], garbagecan: [1, 1], ottoman: [0, 1], shelf: [0, 4], sidetable: [1, 3], sofa: [1, 1], tvstand: [0, 1] },
};

/** What people keep in each room. A house keeps some of these kinds. */
export const belongings: Readonly<Record<Room, readonly ObjectKind[]>> = {
  kitchen: [
    'apple', 'bowl', 'bread', 'butterknife', 'cup', 'dishsponge', 'egg', 'fork', 'glassbottle', 'kettle', 'knife', 'ladle', 'lettuce', 'mug', 'pan', 'papertowelroll',
    'peppershaker', 'plate', 'pot', 'potato', 'saltshaker', 'soapbottle', 'spatula', 'spoon', 'spraybottle', 'statue', 'tomato', 'vase', 'winebottle',
  ],
  bedroom: ['alarmclock', 'book', 'bowl', 'box', 'cd', 'cellphone', 'creditcard', 'keychain', 'laptop', 'mug', 'pen', 'pencil', 'pillow', 'remotecontrol', 'statue', 'teddybear', 'tissuebox', 'vase', 'watch'],
  bathroom: ['candle', 'cloth', 'dishsponge', 'handtowel', 'papertowelroll', 'soapbar', 'soapbottle', 'spraybottle', 'tissuebox', 'toiletpaper', 'towel'],
  'living room': ['book', 'bowl', 'box', 'candle', 'cellphone', 'creditcard', 'keychain', 'laptop', 'newspaper', 'pen', 'pencil', 'pillow', 'plate', 'remotecontrol', 'statue', 'tissuebox', 'vase', 'watch', 'wateringcan'],
};

/** How likely a house has each fixture. */
export const fixturesIn: Readonly<Record<Room, Partial<Record<ObjectKind, number>>>> = {
  kitchen: { houseplant: 0.35 },
  bedroom: { desklamp: 0.85, houseplant: 0.25, television: 0.05 },
  bathroom: { houseplant: 0.1 },
  'living room': { desklamp: 0.5, houseplant: 0.65, television: 0.7 },
};
