package dev.platter.cli;

/** Sets up the logging binding; called once, before the first logger is made. */
final class Logging {
    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    static void configure(boolean verbose) {
        configure(verbose ? "debug" : "info");
    }

    static void configure(String level) {
        setDefault("defaultLogLevel", level);
        setDefault("showThreadName", "false");
        setDefault("showShortLogName", "true");
        setDefault("showDateTime", "true");
        setDefault("dateTimeFormat", "yyyy-MM-dd HH:mm:ss.SSS");
        setDefault("levelInBrackets", "false");
    }

    /** What the user set with {@code -D} stays. */
    private static void setDefault(String name, String value) {
        if (System.getProperty(PREFIX + name) == null) {
            System.setProperty(PREFIX + name, value);
        }
    }
}
