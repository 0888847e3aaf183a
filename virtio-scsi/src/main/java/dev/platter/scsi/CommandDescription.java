package dev.platter.scsi;

import java.util.HexFormat;

/**
 * What a command's CDB looks like: its usage map (SPC-5 §6.34.3), which is the operation code and
 * then each bit that the command looks at, with the service action where it has one.
 */
final class CommandDescription {
    static final int NO_SERVICE_ACTION = -1;

    private final String title;
    private final byte[] usage;
    private final int serviceAction;

    private CommandDescription(String title, byte[] usage, int serviceAction) {
        this.title = title;
        this.usage = usage;
        this.serviceAction = serviceAction;
    }

    /** A command without service actions; the usage map in hexadecimal. */
    static CommandDescription cdb(String title, String usage) {
        return cdb(title, usage, NO_SERVICE_ACTION);
    }

    static CommandDescription cdb(String title, String usage, int serviceAction) {
        return new CommandDescription(
                title, HexFormat.of().parseHex(usage.replace(" ", "")), serviceAction);
    }

    /** The command's name in its standard. */
    String title() {
        return title;
    }

    int code() {
        return usage[0] & 0xFF;
    }

    /** The service action, or {@link #NO_SERVICE_ACTION}. */
    int serviceAction() {
        return serviceAction;
    }

    int cdbBytes() {
        return usage.length;
    }

    /** Copies the usage map, which is as long as the CDB. */
    void copyUsage(byte[] target, int offset) {
        System.arraycopy(usage, 0, target, offset, usage.length);
    }
}
