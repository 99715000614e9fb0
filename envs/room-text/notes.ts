import { becomes, contentsIn, kindOf, roomIn, shutIn } from './reading.ts';

/** What is known of a receptacle from the text. */
export interface Receptacle {
  readonly name: string;
  readonly kind: string;
  shut: boolean;
  /** Undefined until it has been looked into. */
  contents: readonly string[] | undefined;
}

/**
 * What the printed text has told so far in a room of ALFWorld's sentences (the household's and every ALFWorld
 * release's), and nothing else: the mistakes and the questions of pretraining are made from these notes.
 */
export class RoomNotes {
  readonly receptacles = new Map<string, Receptacle>();
  at: Receptacle | undefined;
  held: string | undefined;
  /** `mug 1` → `clean`, `hot`, `cool` */
  readonly made = new Map<string, Set<string>>();

  /** Takes in the initial observation (no command) or the answer to a command. */
  see(observation: string, command = ''): void {
    const text = observation.trim();
    if (this.receptacles.size === 0) for (const name of roomIn(text)) this.receptacle(name);
    let match: RegExpExecArray | null;
    if ((match = /^You arrive at (.+?)\. /.exec(text)))
      this.at = this.receptacle(match[1]!.startsWith('loc ') ? command.replace(/^go to /, '') : match[1]!);
    const seen = contentsIn(text);
    const shut = shutIn(text);
    if (seen) this.look(seen.receptacle, seen.things);
    else if (shut !== undefined) this.receptacle(shut).shut = true;
    else if ((match = /^You pick up the (.+?) from the (.+?)\.$/.exec(text))) {
      const [, thing, from] = match as unknown as [string, string, string];
      const place = this.receptacle(from);
      place.contents = place.contents?.filter(name => name !== thing);
      this.held = thing;
    } else if ((match = /^You (?:move|put) the (.+?) (?:to|in\/on) the (.+?)\.$/.exec(text))) {
      const place = this.receptacle(match[2]!);
      place.contents = place.contents && [...place.contents, match[1]!];
      this.held = undefined;
    } else if ((match = /^You (clean|heat|cool) the (.+?) using the /.exec(text))) this.make(match[2]!, match[1]!);
    else if ((match = /^You are carrying: an? (.+?)\.$/.exec(text))) this.held = match[1]!;
  }

  receptacle(name: string): Receptacle {
    let found = this.receptacles.get(name);
    if (!found) this.receptacles.set(name, (found = { name, kind: kindOf(name), shut: false, contents: undefined }));
    return found;
  }

  /** Things of a kind and the receptacles they were last seen in. */
  seen(kind: string): { readonly thing: string; readonly place: Receptacle }[] {
    return [...this.receptacles.values()].flatMap(place =>
      (place.contents ?? []).filter(name => kindOf(name) === kind).map(thing => ({ thing, place })),
    );
  }

  private look(name: string, contents: string[]): void {
    const place = this.receptacle(name);
    place.shut = false;
    place.contents = contents;
  }

  private make(thing: string, verb: string): void {
    const made = this.made.get(thing) ?? new Set<string>();
    if (verb !== 'clean') for (const warmth of ['hot', 'cool']) made.delete(warmth);
    made.add(becomes[verb]!);
    this.made.set(thing, made);
  }
}
