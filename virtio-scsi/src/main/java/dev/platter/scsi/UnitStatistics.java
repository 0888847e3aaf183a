package dev.platter.scsi;

/** What READ and WRITE commands have done to a unit, as counts since it was opened. */
record UnitStatistics(long readCommands, long writeCommands, long blocksRead, long blocksWritten) {
    static final UnitStatistics ZERO = new UnitStatistics(0, 0, 0, 0);

    UnitStatistics plus(UnitStatistics other) {
        return new UnitStatistics(
                readCommands + other.readCommands,
                writeCommands + other.writeCommands,
                blocksRead + other.blocksRead,
                blocksWritten + other.blocksWritten);
    }
}
