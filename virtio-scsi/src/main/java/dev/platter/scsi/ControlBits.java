package dev.platter.scsi;

/**
 * What an initiator can change of the control mode page (SPC-5 §7.5.10): D_SENSE, the format of
 * sense data, and SWP, the software write protection. Shared by all queues; thread-safe.
 */
final class ControlBits {
    private volatile boolean descriptorSense;
    private volatile boolean writeProtected;

    /** Whether sense data comes in descriptor format. */
    boolean descriptorSense() {
        return descriptorSense;
    }

    /** Whether an initiator has write-protected the unit. */
    boolean writeProtected() {
        return writeProtected;
    }

    /** The changeable bits of one byte of the page. */
    static int changeable(int offset) {
        return switch (offset) {
            case Spc.CONTROL_D_SENSE_BYTE -> Spc.CONTROL_D_SENSE;
            case Spc.CONTROL_SWP_BYTE -> Spc.CONTROL_SWP;
            default -> 0;
        };
    }

    /** The bits as they are now, of one byte of the page. */
    int bits(int offset) {
        return switch (offset) {
            case Spc.CONTROL_D_SENSE_BYTE -> descriptorSense ? Spc.CONTROL_D_SENSE : 0;
            case Spc.CONTROL_SWP_BYTE -> writeProtected ? Spc.CONTROL_SWP : 0;
            default -> 0;
        };
    }

    /** Takes the bits over; answers whether one has changed. */
    boolean set(boolean newDescriptorSense, boolean newWriteProtected) {
        boolean changed =
                newDescriptorSense != descriptorSense || newWriteProtected != writeProtected;
        descriptorSense = newDescriptorSense;
        writeProtected = newWriteProtected;
        return changed;
    }

    /** Back to the defaults: fixed format, not protected. */
    void reset() {
        descriptorSense = false;
        writeProtected = false;
    }
}
