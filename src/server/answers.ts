import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { ClewError } from '../errors.ts';
import { jsonIn } from '../json.ts';
import { Invalid } from './openenv/frames.ts';
import { fieldErrors } from './wire.ts';

/**
 * HTTP as OpenEnv's own servers speak it: `{"detail": …}`, 422 for what does not fit, 500 for what the environment
 * refuses.
 */
export class HttpRefusal extends ClewError {
  constructor(
    readonly status: 400 | 404 | 409 | 415 | 422 | 429 | 500 | 501 | 503,
    readonly detail: unknown,
  ) {
    super(typeof detail === 'string' ? detail : 'The request does not fit.');
  }
}

/**
 * The JSON body of a request, as its schema has it.
 * @param empty what stands for a body of no bytes; without it an empty body does not fit.
 * @throws HttpRefusal 415 for another content type (a page of another site can send those unasked), 422 for all that
 *   does not fit.
 */
export async function body<S extends z.ZodType>(c: Context, schema: S, empty?: object): Promise<z.output<S>> {
  const text = await c.req.text();
  let value: unknown = empty;
  if (text !== '' || empty === undefined) {
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
      throw new HttpRefusal(415, 'Send JSON, with the header Content-Type: application/json.');
    try {
      value = JSON.parse(text);
    } catch {
      throw new HttpRefusal(422, [{ type: 'json_invalid', loc: ['body'], msg: 'The body is not JSON.', input: null }]);
    }
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new HttpRefusal(
      422,
      fieldErrors(parsed.error, value).map(error => ({ ...error, loc: ['body', ...error.loc] })),
    );
  return parsed.data;
}

/** The JSON object of a text; undefined for any other text. */
export function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = jsonIn(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** Answers what a route of the server threw; undefined for what is no mistake of the client's. */
export function refused(error: unknown, c: Context): Response | undefined {
  if (error instanceof HttpRefusal) return c.json({ detail: error.detail }, error.status);
  if (error instanceof Invalid) return c.json({ detail: error.errors }, 422);
  if (error instanceof HTTPException) return c.json({ detail: error.message }, error.status);
  if (error instanceof ClewError) return c.json({ detail: error.message }, 500);
  return undefined;
}
