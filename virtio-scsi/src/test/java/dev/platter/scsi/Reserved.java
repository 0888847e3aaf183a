package dev.platter.scsi;

import java.io.IOException;

/**
 * A small unit with three initiators: one that reserves, one that is registered, and a stranger.
 */
final class Reserved implements AutoCloseable {
    static final long HOLDER_KEY = 0x11;
    static final long REGISTRANT_KEY = 0x22;

    final Store store = new Store();
    final LogicalUnit unit;
    final Initiator holder;
    final Initiator registrant;
    final Initiator stranger;

    /** Keeps the last text in memory. */
    static final class Store implements ReservationStore {
        String text = "";
        boolean fails;

        @Override
        public String load() {
            return text;
        }

        @Override
        public void save(String reservations) throws IOException {
            if (fails) {
                throw new IOException("no space");
            }
            text = reservations;
        }
    }

    Reserved() {
        unit = unit(store);
        holder = Initiator.of(unit, new InitiatorPort("holder"));
        registrant = Initiator.of(unit, new InitiatorPort("registrant"));
        stranger = Initiator.of(unit, new InitiatorPort("stranger"));
    }

    static LogicalUnit unit(ReservationStore store) {
        return new LogicalUnit(
                new MemoryBackend(64).filled(), LogicalUnitOptions.builder().build(), store);
    }

    /** Both register, and the first reserves. */
    Reserved reserve(int type) {
        out(holder, 0, 0, 0, HOLDER_KEY);
        out(registrant, 0, 0, 0, REGISTRANT_KEY);
        out(holder, 1, type, HOLDER_KEY, 0);
        return this;
    }

    Initiator initiator(String name) {
        return switch (name) {
            case "holder" -> holder;
            case "registrant" -> registrant;
            default -> stranger;
        };
    }

    static long keyOf(String name) {
        return switch (name) {
            case "holder" -> HOLDER_KEY;
            case "registrant" -> REGISTRANT_KEY;
            default -> 0;
        };
    }

    /** PERSISTENT RESERVE OUT. */
    static String out(Initiator initiator, int action, int type, long key, long actionKey) {
        return out(initiator, action, type, key, actionKey, 0);
    }

    static String out(
            Initiator initiator, int action, int type, long key, long actionKey, int flags) {
        String cdb = "5f %02x %02x 00 00 00000018 00".formatted(action, type);
        String list = "%016x %016x 00000000 %02x 00 0000".formatted(key, actionKey, flags);
        return outcome(initiator.run(cdb, Initiator.bytes(list)));
    }

    static String outcome(ScsiCommand command) {
        return command.status() == ScsiStatus.RESERVATION_CONFLICT
                ? "CONFLICT"
                : Initiator.outcome(command);
    }

    /** PERSISTENT RESERVE IN. */
    static String in(Initiator initiator, int action) {
        initiator.run("5e %02x 00 00 00 00 00 00ff 00".formatted(action), 255);
        return initiator.received();
    }

    @Override
    public void close() {
        holder.close();
        registrant.close();
        stranger.close();
    }
}
