/** The place of a sensor that can tell whether something is not saved in an application; none can yet. */
import type { UnsavedWork } from '../../../shared/domain.ts';

/** What a sensor would be asked about. Never answers with names of files, windows or documents. */
export interface UnsavedWorkReader {
  /** Settles within a few seconds; `unknown` where it cannot tell. Never rejects. */
  read(session: { readonly sessionId: string; readonly productId: string }): Promise<UnsavedWork>;
}

/** Nothing here can tell, and says so at once. */
export const NO_UNSAVED_WORK_READER: UnsavedWorkReader = { read: async () => 'unknown' };
