package dev.platter.scsi;

import dev.platter.api.block.Errno;

/** What an initiator is told of a backend's error. Known errors agree with QEMU's mapping. */
final class ErrnoSense {
    private ErrnoSense() {}

    /**
     * Ends a command with the status and sense of a host error.
     *
     * @param errno the positive error number
     */
    static void end(ScsiCommand command, int errno) {
        switch (errno) {
            case Errno.EDOM -> command.end(ScsiStatus.TASK_SET_FULL, 0);
            case Errno.EBADE -> command.end(ScsiStatus.RESERVATION_CONFLICT, 0);
            default -> command.checkCondition(senseKey(errno), additionalSense(errno));
        }
    }

    private static int senseKey(int errno) {
        return switch (errno) {
            case Errno.ENODEV, Errno.EREMOTEIO, Errno.ENOMEM -> SenseKey.HARDWARE_ERROR;
            case Errno.ENODATA -> SenseKey.MEDIUM_ERROR;
            case Errno.ENOMEDIUM -> SenseKey.NOT_READY;
            case Errno.EINVAL -> SenseKey.ILLEGAL_REQUEST;
            case Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS -> SenseKey.DATA_PROTECT;
            default -> SenseKey.ABORTED_COMMAND;
        };
    }

    private static int additionalSense(int errno) {
        return switch (errno) {
            case Errno.ENODEV, Errno.EREMOTEIO, Errno.ENOMEM ->
                    AdditionalSense.INTERNAL_TARGET_FAILURE;
            case Errno.ENODATA -> AdditionalSense.UNRECOVERED_READ_ERROR;
            case Errno.ENOMEDIUM -> AdditionalSense.MEDIUM_NOT_PRESENT;
            case Errno.EINVAL -> AdditionalSense.INVALID_FIELD_IN_CDB;
            case Errno.ENOSPC, Errno.EDQUOT -> AdditionalSense.SPACE_ALLOCATION_FAILED;
            case Errno.EROFS -> AdditionalSense.WRITE_PROTECTED;
            default -> AdditionalSense.IO_PROCESS_TERMINATED;
        };
    }
}
