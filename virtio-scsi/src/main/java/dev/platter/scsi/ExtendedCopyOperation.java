package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * EXTENDED COPY(LID1) (SPC-4 §6.4) of blocks, within a unit and between the units of a {@link
 * UnitDirectory}. The status comes when all is copied.
 */
final class ExtendedCopyOperation implements Operation {
    static final ExtendedCopyOperation INSTANCE = new ExtendedCopyOperation();

    private static final int LIST_LENGTH = 10;

    private ExtendedCopyOperation() {}

    @Override
    public void start(Task task) {
        long listBytes = Cdb.u32(task.cdb(), LIST_LENGTH);
        if (listBytes == 0) {
            task.good(0);
            return;
        }
        boolean length =
                listBytes >= Xcopy.HEADER_BYTES
                        && listBytes <= Xcopy.HEADER_BYTES + Xcopy.MAX_DESCRIPTORS_BYTES;
        if (!length) {
            task.illegal(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return;
        }
        ParameterData list = new ParameterData((int) listBytes);
        if (BlockChecks.fits(task, task.command().dataOut().lengthBytes(), listBytes)) {
            list.take(task.command().dataOut(), listBytes);
            begin(task, CopyList.of(list.bytes(), task.unit().directory()));
        }
    }

    private static void begin(Task task, CopyList list) {
        @Nullable CopyError error = list.parse();
        if (error != null) {
            task.fail(error.senseKey(), error.additionalSense());
            return;
        }
        Nexus nexus = task.nexus();
        CopyJob job = new CopyJob(nexus, list.listId(), list.segments());
        nexus.copyResult(list.keepsResult() ? job.result(CopyResult.IN_PROGRESS) : null);
        task.inBackground(
                task.unit().copying(),
                () -> {
                    int result = job.run();
                    int status = result < 0 ? CopyResult.FAILED : CopyResult.DONE;
                    nexus.copyResult(list.keepsResult() ? job.result(status) : null);
                    task.detail(result);
                    return 0;
                });
    }

    @Override
    public void completed(Task task, int result) {
        if (task.detail() < 0) {
            task.fail(SenseKey.COPY_ABORTED, AdditionalSense.COPY_TARGET_NOT_REACHABLE);
        } else {
            task.good(Cdb.u32(task.cdb(), LIST_LENGTH));
        }
    }
}
