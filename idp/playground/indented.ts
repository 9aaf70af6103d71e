/** Our own XML, which has no white space between its elements, as somebody would write it down. For reading only: signatures are over the other form. */
export function indented(xml: string): string {
  let depth = 0;
  const lines = xml.split(/(?<=>)(?=<)/).map((tag) => {
    if (tag.startsWith('</')) depth -= 1;
    const line = ' '.repeat(Math.max(0, depth)) + tag;
    const opens = !tag.startsWith('</') && !tag.includes('</') && !tag.endsWith('/>');
    if (opens) depth += 1;
    return line;
  });
  return lines.join('\n');
}
