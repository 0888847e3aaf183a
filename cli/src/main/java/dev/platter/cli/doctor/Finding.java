package dev.platter.cli.doctor;

/**
 * One thing the doctor looked at.
 *
 * @param subject what it is, such as {@code O_DIRECT}
 * @param verdict whether it is as it should be
 * @param text what was found and, where it matters, what follows from it
 */
record Finding(String subject, Verdict verdict, String text) {
    /** How a finding is to be read. */
    enum Verdict {
        /** Works. */
        OK("ok"),
        /** Works less well, or something optional is absent. */
        NOTE("note"),
        /** Platter cannot serve disks so. */
        BAD("BAD");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    static Finding ok(String subject, String text) {
        return new Finding(subject, Verdict.OK, text);
    }

    static Finding note(String subject, String text) {
        return new Finding(subject, Verdict.NOTE, text);
    }

    static Finding bad(String subject, String text) {
        return new Finding(subject, Verdict.BAD, text);
    }
}
