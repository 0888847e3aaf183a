package dev.platter.scsi;

/**
 * Why an EXTENDED COPY ends with CHECK CONDITION.
 *
 * @param senseKey ILLEGAL REQUEST for a wrong list, COPY ABORTED for what a copy came upon
 */
record CopyError(int senseKey, int additionalSense) {
    static CopyError ofList(int additionalSense) {
        return new CopyError(SenseKey.ILLEGAL_REQUEST, additionalSense);
    }

    static CopyError aborted(int additionalSense) {
        return new CopyError(SenseKey.COPY_ABORTED, additionalSense);
    }
}
