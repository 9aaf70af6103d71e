import type { Context } from 'koa';

/** A print file as an answer: to be saved or printed, never kept on the way. */
export function sendPdf(ctx: Context, name: string, file: Uint8Array): void {
  ctx.set('cache-control', 'no-store');
  ctx.attachment(`${name}.pdf`);
  ctx.type = 'application/pdf';
  ctx.body = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
}
