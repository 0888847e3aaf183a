package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the user's {@code dsync} option asks for. */
public enum DsyncPreference {
    /** Let {@link DsyncPolicy} decide by file system and device. */
    AUTO,
    /** {@link DurableWriteStrategy#RWF_DSYNC}, or refuse to open. */
    RWF,
    /**
     * The same also where {@link DsyncPolicy} knows, or fears, that acknowledged writes are lost.
     */
    RWF_UNSAFE,
    /** {@link DurableWriteStrategy#WRITE_THEN_FDATASYNC}. */
    FDATASYNC;

    /** The name of the option in {@link dev.platter.api.block.BackendOptions#properties()}. */
    public static final String PROPERTY = "dsync";

    /** The name of the option that goes with {@code dsync=rwf} where that loses writes. */
    public static final String UNSAFE_PROPERTY = "unsafe-dsync";

    /** The names of both options. */
    public static final Set<String> PROPERTIES = Set.of(PROPERTY, UNSAFE_PROPERTY);

    /**
     * Reads both options.
     *
     * @throws BackendException if a value is unknown, or if {@code unsafe-dsync=on} stands beside
     *     another than {@code dsync=rwf}
     */
    public static DsyncPreference of(Map<String, String> properties) throws BackendException {
        DsyncPreference preference = parse(properties.get(PROPERTY));
        String unsafe = properties.getOrDefault(UNSAFE_PROPERTY, "off");
        if (unsafe.equals("off")) {
            return preference;
        }
        if (!unsafe.equals("on")) {
            throw new BackendException(
                    "unsafe-dsync=" + unsafe + " is unknown: use unsafe-dsync=on or off");
        }
        if (preference != RWF) {
            throw new BackendException(
                    "unsafe-dsync=on is for dsync=rwf: give both, or leave it out");
        }
        return RWF_UNSAFE;
    }

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
