/**
 * Newline-delimited frames of the local socket, as pure text: agent host, shell and command use the same splitter.
 * What a frame means is agent-api-codec.ts's part. The caller turns bytes into text (a decoder that keeps split
 * characters together, as a Node socket with `setEncoding('utf8')` has).
 */

/** One frame on the wire. JSON never contains a raw newline, so the newline alone ends a frame. */
export function joinFrame(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

export interface SplitFrames {
  /** Complete frames, without their newline, in order. Empty lines are left out. */
  readonly frames: readonly string[];
  /** A frame grew past the limit: nothing after it can be trusted, so the connection must be closed. */
  readonly isTooLarge: boolean;
}

export interface FrameSplitter {
  /** Takes the next piece of text. After `isTooLarge` every later call gives no frames and `isTooLarge` again. */
  push(chunk: string): SplitFrames;
}

/**
 * @param maximumLength longest frame in UTF-16 code units, which is a lower bound of its UTF-8 bytes
 *   (MAXIMUM_FRAME_BYTES of agent-api-codec.ts)
 */
export function createFrameSplitter(maximumLength: number): FrameSplitter {
  let parts: string[] = [];
  let partsLength = 0;
  let isTooLarge = false;

  function take(piece: string): string {
    const frame = parts.length === 0 ? piece : parts.join('') + piece;
    parts = [];
    partsLength = 0;
    return frame;
  }

  return {
    push(chunk) {
      const frames: string[] = [];
      let start = 0;
      while (!isTooLarge) {
        const end = chunk.indexOf('\n', start);
        const piece = end === -1 ? chunk.slice(start) : chunk.slice(start, end);
        if (partsLength + piece.length > maximumLength) {
          isTooLarge = true;
          parts = [];
          break;
        }
        if (end === -1) {
          // Pieces are joined once, when the frame is complete: a long frame in small chunks costs no copying.
          if (piece !== '') parts.push(piece);
          partsLength += piece.length;
          break;
        }
        const frame = take(piece);
        if (frame.trim() !== '') frames.push(frame);
        start = end + 1;
      }
      return { frames, isTooLarge };
    },
  };
}
