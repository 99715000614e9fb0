import { Template } from '@huggingface/jinja';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';

/** What a template sees: `messages`, `add_generation_prompt`, and whatever else it knows. */
export type ChatArguments = Readonly<Record<string, unknown>> & { readonly messages: readonly object[] };

/**
 * Renders a conversation as the text that the model reads. Throws ClewError with what the template itself objects to.
 */
export type ChatTemplate = (conversation: ChatArguments) => string;

/** Templates may ask for today's date. They get this one, so that a prompt is the same on every day. */
export const promptDate = '26 Jul 2024';

/** The library has a clock of its own, which this hides. */
const fixedDate = `{%- macro strftime_now(format) -%}${promptDate}{%- endmacro -%}`;

const named = z.array(z.object({ name: z.string(), template: z.string() }));
const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]).nullish();
const configSchema = z.looseObject({
  chat_template: z.union([z.string(), named]).nullish(),
  bos_token: token,
  eos_token: token,
  pad_token: token,
  unk_token: token,
});

/**
 * The chat template of a published model: that of `chat_template.jinja` where there is one, else that in
 * `tokenizer_config.json` (the one named "default" where there are several). Undefined for a model without one.
 * @param folder where they lie, for messages
 */
export function readChatTemplate(configJson: string, separate?: string, folder = ''): ChatTemplate | undefined {
  const config = path.join(folder, 'tokenizer_config.json');
  const read = configSchema.safeParse(JSON.parse(configJson));
  if (!read.success) throw new ClewError(`${config} cannot be read: ${z.prettifyError(read.error)}`);
  const { chat_template: inline, bos_token, eos_token, pad_token, unk_token } = read.data;
  const text = separate ?? (Array.isArray(inline) ? inline.find(({ name }) => name === 'default')?.template : inline);
  if (text === undefined || text === null) return undefined;
  let template: Template;
  try {
    template = new Template(fixedDate + text);
  } catch (error) {
    const file = separate === undefined ? config : path.join(folder, 'chat_template.jinja');
    throw new ClewError(`The chat template in ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  // A token that a model does not have is not defined in its template either.
  const tokens = Object.fromEntries(
    Object.entries({ bos_token, eos_token, pad_token, unk_token }).filter(([, value]) => value != null),
  );
  return conversation => {
    try {
      return template.render({ ...tokens, ...conversation });
    } catch (error) {
      throw new ClewError((error as Error).message, { cause: error });
    }
  };
}
