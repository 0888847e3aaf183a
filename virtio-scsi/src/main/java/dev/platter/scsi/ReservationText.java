package dev.platter.scsi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reservations as the text that a {@link ReservationStore} keeps: a line that says what it is, then
 * for each registration its address and its key, in hexadecimal; {@code holder} behind the one that
 * holds the reservation.
 *
 * <pre>
 *  platter reservations 1 type 5
 *  3a0b4c0d5e0f6071 00000000000000ab holder
 *  3000000000000002 00000000000000cd
 * </pre>
 */
final class ReservationText {
    private static final String HEAD = "platter reservations 1 type ";
    private static final String HOLDER = "holder";

    private ReservationText() {}

    /** The text; empty for a state that is not to be kept. */
    static String of(ReservationState state) {
        if (!state.persist()) {
            return "";
        }
        StringBuilder text = new StringBuilder(HEAD).append(state.type()).append('\n');
        for (Registration registration : state.registrations()) {
            text.append(String.format("%016x %016x", registration.address(), registration.key()));
            if (registration.address() == state.holder()) {
                text.append(' ').append(HOLDER);
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** The state that a text tells of. Its generation starts anew (SPC-5 §6.16.2). */
    static ReservationState parse(String text) throws IOException {
        if (text.isEmpty()) {
            return ReservationState.EMPTY;
        }
        try {
            return parseLines(text.lines().toList());
        } catch (NumberFormatException e) {
            throw malformed();
        }
    }

    private static ReservationState parseLines(List<String> lines) throws IOException {
        if (!lines.get(0).startsWith(HEAD)) {
            throw malformed();
        }
        int type = Integer.parseInt(lines.get(0).substring(HEAD.length()));
        List<Registration> registrations = new ArrayList<>();
        long holder = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", -1);
            if (words.length < 2 || words.length > 3) {
                throw malformed();
            }
            long address = Long.parseUnsignedLong(words[0], 16);
            registrations.add(new Registration(address, Long.parseUnsignedLong(words[1], 16)));
            holder = words.length == 3 ? address : holder;
        }
        boolean needsHolder = type != ReservationType.NONE && !ReservationType.isHeldByAll(type);
        boolean valid = type == ReservationType.NONE || ReservationType.isValid(type);
        if (!valid || needsHolder != (holder != 0)) {
            throw malformed();
        }
        return new ReservationState(0, true, registrations, type, holder);
    }

    private static IOException malformed() {
        return new IOException("the kept reservations are not of the form that Platter writes");
    }
}
