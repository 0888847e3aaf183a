package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import org.jspecify.annotations.Nullable;

/** What the user's {@code dsync} option asks for. */
public enum DsyncPreference {
    /** Let {@link DsyncPolicy} decide by file system and device. */
    AUTO,
    /** {@link DurableWriteStrategy#RWF_DSYNC}, or refuse to open. */
    RWF,
    /** {@link DurableWriteStrategy#WRITE_THEN_FDATASYNC}. */
    FDATASYNC;

    /** The name of the option in {@link dev.platter.api.block.BackendOptions#properties()}. */
    public static final String PROPERTY = "dsync";

    /**
     * Reads the option's value.
     *
     * @param value what the user wrote, or null where the option is absent
     * @throws BackendException if the value is none of {@code auto}, {@code rwf}, {@code fdatasync}
     */
    public static DsyncPreference parse(@Nullable String value) throws BackendException {
        if (value == null) {
            return AUTO;
        }
        return switch (value) {
            case "auto" -> AUTO;
            case "rwf" -> RWF;
            case "fdatasync" -> FDATASYNC;
            default ->
                    throw new BackendException(
                            "dsync=" + value + " is unknown: use dsync=auto, rwf or fdatasync");
        };
    }
}
