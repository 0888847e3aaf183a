package dev.platter.scsi;

/**
 * What a command does, in steps; all its state is in the {@link Task}, so that one operation serves
 * every queue. Each step ends the task, submits one backend request, or asks for a scratch buffer.
 */
@FunctionalInterface
interface Operation {
    /** The first step: checks the CDB, and begins. */
    void start(Task task);

    /**
     * The step after a backend request that succeeded; a failed one ends the task before.
     *
     * @param result 0, or the number of bytes read or written: the whole request
     */
    default void completed(Task task, int result) {
        throw new IllegalStateException("an operation that submits nothing has a completion");
    }

    /**
     * The step after a backend request that failed, before the task is ended with the sense data of
     * the error; or before it is given up, then perhaps in place of a request.
     */
    default void failed(Task task) {}

    /** The step after {@link Task#awaitScratch}. */
    default void scratchReady(Task task) {
        throw new IllegalStateException("an operation that needs no scratch buffer got one");
    }
}
