package dev.platter.api.block;

import java.util.Locale;
import java.util.Optional;

/**
 * A disk's contract about when an acknowledged write is durable: three independent switches, of
 * which QEMU's five cache modes are named combinations.
 *
 * @param writeback whether the disk starts with a volatile write cache that the guest must flush
 *     (WCE=1); the guest may change it at run time
 * @param direct whether the host's page cache is bypassed ({@code O_DIRECT})
 * @param noFlush whether flushes and FUA are accepted and ignored: nothing is promised
 */
public record CacheMode(boolean writeback, boolean direct, boolean noFlush) {
    /** Host page cache; durable after a guest flush. */
    public static final CacheMode WRITEBACK = new CacheMode(true, false, false);

    /**
     * No host page cache; durable after a guest flush, as the host disk's own cache is volatile.
     */
    public static final CacheMode NONE = new CacheMode(true, true, false);

    /** Host page cache; durable when acknowledged. */
    public static final CacheMode WRITETHROUGH = new CacheMode(false, false, false);

    /** No host page cache; durable when acknowledged. */
    public static final CacheMode DIRECTSYNC = new CacheMode(false, true, false);

    /** Host page cache; never promised durable. */
    public static final CacheMode UNSAFE = new CacheMode(true, false, true);

    /** The mode of one of QEMU's names; {@code off} is an older name of {@code none}. */
    public static Optional<CacheMode> named(String name) {
        return switch (name) {
            case "writeback" -> Optional.of(WRITEBACK);
            case "none", "off" -> Optional.of(NONE);
            case "writethrough" -> Optional.of(WRITETHROUGH);
            case "directsync" -> Optional.of(DIRECTSYNC);
            case "unsafe" -> Optional.of(UNSAFE);
            default -> Optional.empty();
        };
    }

    /** QEMU's name of this combination, or the three switches where it has none. */
    @Override
    public String toString() {
        if (equals(WRITEBACK)) {
            return "writeback";
        } else if (equals(NONE)) {
            return "none";
        } else if (equals(WRITETHROUGH)) {
            return "writethrough";
        } else if (equals(DIRECTSYNC)) {
            return "directsync";
        } else if (equals(UNSAFE)) {
            return "unsafe";
        }
        return String.format(
                Locale.ROOT,
                "cache.writeback=%s,cache.direct=%s,cache.no-flush=%s",
                onOff(writeback),
                onOff(direct),
                onOff(noFlush));
    }

    private static String onOff(boolean value) {
        return value ? "on" : "off";
    }
}
