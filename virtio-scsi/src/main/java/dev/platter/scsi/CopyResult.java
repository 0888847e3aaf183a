package dev.platter.scsi;

/**
 * How an EXTENDED COPY went, for RECEIVE COPY STATUS.
 *
 * @param listId the list identifier its initiator gave it
 * @param status 0 in progress, 1 done, 2 ended with an error (SPC-4 §6.26.2)
 * @param segments how many segments were done
 * @param copiedBytes how much was written
 */
record CopyResult(int listId, int status, int segments, long copiedBytes) {
    static final int IN_PROGRESS = 0;
    static final int DONE = 1;
    static final int FAILED = 2;
}
