package dev.platter.linux;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Whether this virtual machine lets Platter call native functions (JEP 472). A program asks {@link
 * #refusal()} first and prints the sentence, instead of a stack trace from a static initializer.
 */
public final class NativeAccess {
    private NativeAccess() {}

    /** The command-line option that grants native access to the module these classes are in. */
    public static String option() {
        Module module = NativeAccess.class.getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    /**
     * The sentence that tells a user what to add to the command line, or null when native access is
     * allowed. Where the virtual machine only warns about it, the warning comes from this call.
     */
    public static @Nullable String refusal() {
        try {
            callRestricted();
            return null;
        } catch (IllegalCallerException refused) {
            return "Java was told not to let Platter call the operating system; start it with "
                    + option();
        }
    }

    /** Throws what {@link #refusal()} says, if anything. */
    static void require() {
        String refusal = refusal();
        if (refusal != null) {
            throw new IllegalStateException(refusal);
        }
    }

    @SuppressWarnings({"restricted", "CheckReturnValue"})
    private static void callRestricted() {
        MemorySegment.NULL.reinterpret(0);
    }
}
