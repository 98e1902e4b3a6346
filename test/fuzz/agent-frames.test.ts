/** Whatever arrives in whatever pieces: the splitter keeps frames whole, and a face survives every text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Face } from '../../main/agent/local/face.ts';
import { plainSegments } from '../../main/agent/local/page-files.ts';
import { SILENT_LOG } from '../../main/agent/log.ts';
import { COMMAND_NAMES, QUERY_NAMES } from '../../shared/agent-api.ts';
import { decodeFrame, hostFrameSchema, requestFrameSchema } from '../../shared/agent-api-codec.ts';
import { createFrameSplitter, joinFrame } from '../../shared/local-frames.ts';
import { DeskDriver } from '../support/a-desk.ts';

/** Cuts a text at random places. */
const pieces = (text: string, cuts: readonly number[]): string[] => {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => text.slice(places[index], end));
};

describe('the splitter', () => {
  it('gives back the frames that were joined, however the wire cuts them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        (values, cuts) => {
          const splitter = createFrameSplitter(1_000_000);

          const frames = pieces(values.map(joinFrame).join(''), cuts).flatMap(
            (piece) => splitter.push(piece).frames,
          );

          expect(frames).toEqual(values.map((value) => JSON.stringify(value)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never gives a frame past its limit, and stays broken once one came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 })),
        fc.integer({ min: 1, max: 30 }),
        (chunks, limit) => {
          const splitter = createFrameSplitter(limit);
          let isBroken = false;
          for (const chunk of chunks) {
            const { frames, isTooLarge } = splitter.push(chunk);
            for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(limit);
            if (isBroken) expect({ frames, isTooLarge }).toEqual({ frames: [], isTooLarge: true });
            isBroken = isTooLarge;
          }
          const longest = Math.max(
            0,
            ...chunks
              .join('')
              .split('\n')
              .map(({ length }) => length),
          );
          expect(isBroken).toBe(longest > limit);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a face', () => {
  it('answers every text with frames of the protocol, or ends; it never throws and never steers a host from a page', async () => {
    const driver = new DeskDriver();
    await driver.core.start();
    const request = fc.record({
      id: fc.oneof(fc.integer({ min: -1, max: 9 }), fc.string()),
      name: fc.oneof(fc.constantFrom(...QUERY_NAMES, ...COMMAND_NAMES), fc.string()),
      input: fc.oneof(
        fc.constant(null),
        fc.jsonValue(),
        fc.record({ productId: fc.string(), pid: fc.integer() }),
        fc.record({ sessionId: fc.string() }),
        fc.record({ noticeId: fc.string() }),
      ),
    });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      request.map((value) => JSON.stringify(value)),
    );
    let answered = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (texts) => {
        const sent: string[] = [];
        let isClosed = false;
        const face = new Face(
          {
            send: (frame) => sent.push(frame) > 0,
            close: () => {
              isClosed = true;
            },
          },
          driver.desk,
          'page',
          SILENT_LOG,
        );
        for (const one of texts) if (!isClosed) face.receive(one);
        await driver.core.clock.advanceAsync(9_000);
        face.gone();

        for (const frame of sent) expect(decodeFrame(hostFrameSchema, frame).ok).toBe(true);
        const isEveryTextFine = texts.every((one) => decodeFrame(requestFrameSchema, one).ok);
        expect(isClosed).toBe(!isEveryTextFine);
        answered += sent.length;
      }),
      { numRuns: 150 },
    );

    expect(driver.shutdowns).toBe(0);
    expect(driver.core.keeper.sessions).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    driver.stop();
  });
});

describe('a path of the page server', () => {
  it('is plain names, or nothing', () => {
    const nasty = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2f',
      '%5c',
      '\\',
      '/',
      '%00',
      ':',
      'C:',
      '~',
      'a',
      'index.html',
      '%',
      '%zz',
      '\u202e',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(nasty).map((parts) => parts.join('')),
        ),
        (tail) => {
          const segments = plainSegments(`/${tail}`);

          for (const segment of segments ?? []) {
            expect(segment).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
            expect(segment).not.toContain('..');
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
