package dev.platter.cli.serve;

/** The version of this build, as Maven wrote it into the jar's manifest. */
public final class BuildVersion {
    private static final int REVISION_CHARACTERS = 4;

    private BuildVersion() {}

    /** The build's version, or {@code development} where the classes do not come from a jar. */
    public static String text() {
        String version = BuildVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** What {@code --version} prints: the build, and the Java that runs it. */
    public static String sentence() {
        return "platter " + text() + System.lineSeparator() + "Java " + Runtime.version();
    }

    /** INQUIRY's product revision level: the version's numbers, as far as four characters go. */
    static String revision() {
        return revision(text());
    }

    static String revision(String version) {
        String numbers = version.replaceFirst("-.*", "");
        while (numbers.length() > REVISION_CHARACTERS && numbers.contains(".")) {
            numbers = numbers.substring(0, numbers.lastIndexOf('.'));
        }
        return numbers.substring(0, Math.min(REVISION_CHARACTERS, numbers.length()));
    }
}
