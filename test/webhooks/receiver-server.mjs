/**
 * A receiver of saga events that writes down what comes before it answers. It shares no code with Skald, so what it has
 * written is evidence. PORT, NOTES (a file). It says so on stdout when it listens, and ends with its standard input.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { id, data } = JSON.parse(Buffer.concat(chunks).toString());
    appendFileSync(process.env.NOTES, `${JSON.stringify({ id, saga: data.saga, seq: data.seq })}\n`);
    response.writeHead(204).end();
  });
});

appendFileSync(process.env.NOTES, '');
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
process.stdin.resume().on('end', () => process.exit(0));
