package dev.platter.scsi;

/**
 * MODE SELECT(6), (10) (SPC-5 §6.13, §6.14). Switching WCE off, or leaving it off, makes new writes
 * durable first, then flushes, and answers GOOD when nothing volatile is left; if the flush fails,
 * so does the command, and WCE is on again. Switching WCE on is immediate.
 */
final class ModeSelectOperation implements Operation {
    static final ModeSelectOperation INSTANCE = new ModeSelectOperation();

    private ModeSelectOperation() {}

    @Override
    public void start(Task task) {
        byte[] cdb = task.cdb();
        boolean supported =
                Cdb.has(cdb, 1, Spc.MODE_SELECT_PF) && !Cdb.has(cdb, 1, Spc.MODE_SELECT_SP);
        int listBytes = listBytes(task);
        if (!BlockChecks.require(task, supported)) {
            return;
        }
        if (listBytes == 0) {
            task.good(0);
        } else if (!task.parameters().take(task.command().dataOut(), listBytes)) {
            task.illegal(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
        } else {
            select(task);
        }
    }

    private static int listBytes(Task task) {
        return task.cdbBytes() == Cdb.LENGTH_6 ? Cdb.u8(task.cdb(), 4) : Cdb.u16(task.cdb(), 7);
    }

    private static void select(Task task) {
        CachePolicy cache = task.unit().cache();
        int verdict = ModeSelectList.check(task.parameters(), task.unit(), task.cdbBytes());
        if (verdict > 0) {
            task.illegal(verdict);
            return;
        }
        boolean changed = false;
        if ((verdict & ModeSelectList.CONTROL) != 0) {
            changed =
                    task.unit()
                            .control()
                            .set(
                                    (verdict & ModeSelectList.D_SENSE) != 0,
                                    (verdict & ModeSelectList.SWP) != 0);
        }
        boolean wce = cache.writeCacheEnabled();
        int caching = verdict & (ModeSelectList.CACHING | ModeSelectList.WCE);
        if (caching != 0) {
            changed |= wce != ((caching & ModeSelectList.WCE) != 0);
        }
        if (changed) {
            task.unit().attentionOfOthers(task.nexus(), AdditionalSense.MODE_PARAMETERS_CHANGED);
        }
        selectCaching(task, cache, caching);
    }

    private static void selectCaching(Task task, CachePolicy cache, int caching) {
        switch (caching) {
            case ModeSelectList.CACHING | ModeSelectList.WCE -> {
                cache.switchOn();
                task.good(listBytes(task));
            }
            case ModeSelectList.CACHING -> flush(task, cache.switchOff(), true);
            default -> flush(task, CachePolicy.NOTHING_TO_REVERT, !cache.writeCacheEnabled());
        }
    }

    private static void flush(Task task, int switchedOff, boolean cacheOff) {
        if (cacheOff && task.unit().flushes()) {
            task.detail(switchedOff);
            task.flush();
        } else {
            task.good(listBytes(task));
        }
    }

    @Override
    public void completed(Task task, int result) {
        task.good(listBytes(task));
    }

    @Override
    public void failed(Task task) {
        task.unit().cache().revert(task.detail());
    }
}
