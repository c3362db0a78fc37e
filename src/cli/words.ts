/** What fields of a request and settings of a client are called on the command line. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/`apiKey`/g, '--key'],
  [/`address`|^address(?=:)/gm, '--host'],
  [/let create_session_if_missing do so/g, 'say --runtime to have it made'],
  [/policy\.limits\.timeout\b/g, '--timeout'],
  [/policy\.limits\.memory_bytes\b/g, '--memory'],
  [/policy\.limits\.cpu_cores\b/g, '--cpu'],
  [/policy\.limits\.processes\b/g, '--processes'],
  [/policy\.limits\.output_bytes\b/g, '--max-output'],
  [/policy\.limits\.workspace_bytes\b/g, '--workspace'],
  [/^working_directory\b/gm, '--workdir'],
  [/\bsession_id\b/g, '--session-id'],
  [/^command(?=:)/gm, '--cmd'],
  [/^code(?=:)/gm, '--eval'],
  [/^secrets(?=[:[])/gm, '--secret'],
  [/ in env\b/g, ' with --env'],
  [/^files(?=[:[])/gm, '--file'],
  [/^setup_script\b/gm, '--setup'],
  [/^output_paths\b/gm, '--output'],
  [/^(runtime|context|env|stdin)(?=[:[])/gm, '--$1'],
];

/** A message in the words of the command line. */
export function inOptions(message: string): string {
  return OPTIONS.reduce((text, [name, option]) => text.replace(name, option), message);
}
