package dev.platter.scsi;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** A command of any content with buffers of any size, leaning towards what almost makes sense. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record FuzzedCommand(byte[] cdb, byte[] out, int inBytes) {
    private static final int CDB_BYTES = 32;
    private static final int MAX_BUFFER_BYTES = 5000;

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        String shown = hex.formatHex(out, 0, Math.min(out.length, 64));
        return hex.formatHex(cdb) + " out " + out.length + ":" + shown + " in " + inBytes;
    }

    /** Where they come from. */
    static final class Supplier implements ArbitrarySupplier<FuzzedCommand> {
        @Override
        public Arbitrary<FuzzedCommand> get() {
            return Combinators.combine(cdbs(), buffers(), sizes()).as(FuzzedCommand::new);
        }

        private static Arbitrary<Integer> bytes() {
            return Arbitraries.frequencyOf(
                    Tuple.of(7, Arbitraries.just(0)),
                    Tuple.of(2, Arbitraries.integers().between(0, 8)),
                    Tuple.of(1, Arbitraries.integers().between(0, 255)));
        }

        private static Arbitrary<byte[]> cdbs() {
            Integer[] known =
                    Arrays.stream(OpCode.values()).map(OpCode::code).toArray(Integer[]::new);
            Arbitrary<Integer> codes =
                    Arbitraries.frequencyOf(
                            Tuple.of(12, Arbitraries.of(known)),
                            Tuple.of(1, Arbitraries.integers().between(0, 255)));
            // What a transport does not send of a CDB is zero.
            Arbitrary<List<Integer>> rests = bytes().list().ofMinSize(0).ofMaxSize(CDB_BYTES - 1);
            return Combinators.combine(codes, rests)
                    .as(
                            (code, rest) -> {
                                byte[] cdb = new byte[CDB_BYTES];
                                cdb[0] = code.byteValue();
                                for (int i = 0; i < rest.size(); i++) {
                                    cdb[i + 1] = rest.get(i).byteValue();
                                }
                                return cdb;
                            });
        }

        private static Arbitrary<Integer> sizes() {
            return Arbitraries.frequencyOf(
                    Tuple.of(1, Arbitraries.just(0)),
                    Tuple.of(3, Arbitraries.of(4, 8, 24, 28, 255, 512, 1024, 4096)),
                    Tuple.of(1, Arbitraries.integers().between(0, MAX_BUFFER_BYTES)));
        }

        /** Data-out: mostly zeroes, mode pages or unmap lists with a few bytes changed. */
        private static Arbitrary<byte[]> buffers() {
            Arbitrary<String> starts =
                    Arbitraries.of(
                            "",
                            "00000000081200",
                            "00000000081204",
                            "00000008000000000000000008120000",
                            "0000000000000000" + "081204",
                            "00160010000000000000000000000003" + "00000002",
                            "00260020000000000000000000000003" + "0000000200000000" + "00");
            Arbitrary<Integer> changes = Arbitraries.integers().between(0, 40);
            return Combinators.combine(sizes(), starts, changes, bytes())
                    .as(
                            (size, start, at, value) -> {
                                byte[] data = Arrays.copyOf(HexFormat.of().parseHex(start), size);
                                if (at < size) {
                                    data[at] = value.byteValue();
                                }
                                return data;
                            });
        }
    }
}
