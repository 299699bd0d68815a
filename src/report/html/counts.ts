/** Single figures of the page. "Its files" are those deleted, or of a check, those to be deleted. */
export interface HtmlCounts {
  rows: number;
  wouldDelete: number;
  nothingToDelete: number;
  /** Of its files: no look had shown them. */
  unconfirmed: number;
  /** Of its files: the server showed no name, nor any number. */
  unnamed: number;
  /** Of its files: the manifest says which name or digest is expected. */
  guarded: number;
  /** Of its files. */
  signatures: number;
  /** Deleted files that are kept in the run directory and can be put back. */
  withBackup: number;
  /** Deleted rows of which the message says that the run only may have done it. */
  remarks: number;
  /** Rows of which a look could not confirm what the check saw. */
  notConfirmed: number;
  /** Rows that are no longer what the check saw. */
  changedSinceCheck: number;
  /** Rows that were found empty although the check had seen a file. */
  goneSinceCheck: number;
  /** Rows of which at least one deletion request was sent. */
  sentRows: number;
  /** Deletion requests. */
  requests: number;
}

export function emptyCounts(): HtmlCounts {
  return {
    rows: 0,
    wouldDelete: 0,
    nothingToDelete: 0,
    unconfirmed: 0,
    unnamed: 0,
    guarded: 0,
    signatures: 0,
    withBackup: 0,
    remarks: 0,
    notConfirmed: 0,
    changedSinceCheck: 0,
    goneSinceCheck: 0,
    sentRows: 0,
    requests: 0,
  };
}
